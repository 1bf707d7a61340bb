//! Clients: REST, a socket that records the frames that it receives, and a model that resumes.

pub(crate) mod http;
pub(crate) mod log;
pub(crate) mod model;
mod resume;
pub(crate) mod socket;
