//! The documentation of the WebSocket: an AsyncAPI document, made from the protocol's own types and from the samples
//! that the tests check against the server, and a page for people, rendered from that document. Knows nothing of HTTP.

pub(crate) mod catalogue;
mod document;
mod guide;
mod page;
mod refusals;
mod samples;
mod schemas;

pub use document::document;
pub use page::page;
