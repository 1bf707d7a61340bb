//! Hearth, a messenger that people host with one command: REST, WebSocket and documentation in one binary, on SQLite
//! or PostgreSQL.
//!
//! # How a message travels
//! A frame arrives at its connection's task ([`ws`]), is read and checked ([`protocol`]), and becomes a command in the
//! queue of the one writer ([`writer`]). The writer takes whatever is queued, checks permissions and stores it all in
//! one transaction ([`store`]), and hands the committed batch to the one publisher ([`live`]). The publisher encodes
//! each broadcast once, puts it into the outboxes of the connections that it is for, never waiting for any of them,
//! and acknowledges. So an acknowledged message is on disk, and everybody sees a chat in the same order.
//!
//! # Layers
//! `main`, [`cli`] → [`server`] → [`api`], [`ws`], [`docs`], [`assets`], [`telemetry`] → [`service`] → [`writer`] → [`auth`],
//! [`store`], [`live`] → [`protocol`], [`config`] → [`model`], [`error`]. Imports point down this list, never up.

pub mod api;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod config;
pub mod docs;
pub mod error;
pub mod live;
pub mod model;
pub mod protocol;
pub mod server;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod writer;
pub mod ws;
