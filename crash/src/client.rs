//! Clients: REST, a socket that records what it hears, and a model that resumes.

pub(crate) mod http;
pub(crate) mod log;
pub(crate) mod model;
mod resume;
pub(crate) mod socket;
