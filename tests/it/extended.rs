//! The extended protocol, `hearth`.

mod acks;
mod blocking;
mod edits;
mod hello;
mod muting;
mod own_devices;
mod presence;
mod reactions;
mod reading;
mod renewal;
mod replies;
mod request_ids;
mod roles;
mod typing;
