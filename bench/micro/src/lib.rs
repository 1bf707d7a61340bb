//! The hot paths of the server that need no socket. Each can be repeated with the same input: `benches/paths.rs` measures
//! their time, and the program `micro` counts their instructions.

mod cast;
pub mod chats;
pub mod frames;
pub mod rows;

/// The allocator of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
