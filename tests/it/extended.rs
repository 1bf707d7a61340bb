//! The Hearth protocol.

mod acks;
mod blocking;
mod bounds;
mod bystander;
mod changed_chats;
mod changes;
mod counters;
mod edits;
mod erasure;
mod hello;
mod muting;
mod names;
mod nonsense;
mod own_devices;
mod paging;
mod presence;
mod privacy;
mod reactions;
mod reading;
mod renewal;
mod replies;
mod request_ids;
mod retention;
mod roles;
mod typing;
