//! The documentation of the WebSocket: the AsyncAPI document and the page for people. Both are made of the protocol's
//! own types and of the samples that the tests check against the server; a type of frame that lacks either fails a
//! test. Knows nothing of HTTP.

mod catalogue;
mod document;
mod page;
mod refusals;
mod samples;
mod schemas;

pub use document::document;
pub use page::page;
