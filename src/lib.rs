//! Hearth, a messenger that people host with one command: web client, REST, WebSocket and documentation in one binary,
//! on SQLite or PostgreSQL.
//!
//! # How a message travels
//! A frame arrives at its connection's task ([`ws`]), is read and checked ([`protocol`]), and becomes a command in the
//! queue of the one writer ([`writer`]). The writer takes whatever is queued, checks permissions and budgets, and stores it all in
//! one transaction ([`store`]), and hands the committed batch to the one publisher ([`live`]). The publisher encodes
//! each broadcast once for each protocol, puts it into the outboxes of the connections that it is for, never waiting
//! for any of them, and acknowledges. So an acknowledged message is on disk, and everybody sees a chat in the same order.
//! What is edited, deleted, reacted to, read, muted or blocked travels in the same way. A read goes past the writer, once
//! the connection's own earlier commands are done.
//!
//! # Two protocols
//! A connection speaks what it offered as its WebSocket subprotocol. `auth`, also spoken with those that offer none, is
//! what the reference messenger's clients know. `hearth` is all of it and more: whole rows, request ids, edits,
//! reactions, receipts, roles, presence, news of what one did on other devices, and catching up with what changed while
//! one was away. A connection of `auth` never sees a frame or a key that only `hearth` has. [`asyncapi`] makes the
//! documentation of both from the types in [`protocol`] and the samples that the tests play.
//!
//! # Presence and typing
//! Neither is stored nor ordered, so neither passes the writer. A connection names the people that it watches; the hub
//! ([`live`]) notices their first and last connections, and twice a second [`service`] tells those who still may know:
//! people who share a chat and are not blocked. Typing is told at once, at most once in three seconds per chat.
//!
//! # Layers
//! `main`, [`cli`] → [`server`] → [`api`], [`ws`], [`asyncapi`], [`assets`], [`telemetry`] → [`service`], [`import`], [`demo`] → [`writer`] → [`auth`],
//! [`store`], [`live`] → [`protocol`], [`config`] → [`model`], [`error`], [`text`]. Imports point down this list, never up.

pub mod api;
pub mod assets;
pub mod asyncapi;
pub mod auth;
pub mod cli;
pub mod config;
pub mod demo;
pub mod error;
pub mod import;
pub mod live;
pub mod model;
pub mod protocol;
pub mod server;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod writer;
pub mod ws;
