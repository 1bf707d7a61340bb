//! Hearth is a self-hosted messenger. One binary serves the web client, REST, WebSocket and their documentation, and
//! stores everything in SQLite or PostgreSQL. `docs/ARCHITECTURE.md` has the pictures.
//!
//! # A write
//! [`ws`] reads a frame. [`protocol`] parses it, checks all bounds at once, and returns `Ask::Write(chat, Action)` for
//! a change or `Ask::Read(…)` for a query. A write becomes a command in the queue of the [`writer`]. The writer applies
//! everything queued in one transaction of the [`store`]: it checks permissions and budgets there, commits, and returns
//! one [`model::Event`] per change. After the commit, [`live`] matches on the event in `live::deliver`; only this match
//! decides who gets which frame in which protocol. It encodes a frame once per protocol and pushes it into the outboxes
//! of the recipients' connections without waiting for any of them. The sender's answer is built from the same event,
//! last. So an acknowledged message is on disk, and everyone sees a chat in the same order.
//!
//! REST requests that change a chat take the same way from [`api`].
//!
//! # A read
//! A read does not go through the writer. It waits until the same connection's earlier writes are committed, then one
//! function in [`service`] asks the [`store`].
//!
//! # Two protocols
//! A connection chooses its protocol with its WebSocket subprotocol. `Protocol::Reference` (offered as `auth`, or
//! nothing) is what clients of the reference messenger speak. `Protocol::Hearth` (offered as `hearth`) adds full rows,
//! request ids, edits, reactions, read receipts, roles, presence, events of the user's other devices, and catching up
//! after an absence. A `Reference` connection never gets a frame or a key that only `Hearth` has. [`asyncapi`]
//! generates the documentation of both from the types in [`protocol`] and the samples that the tests play against the
//! server.
//!
//! # Presence and typing
//! Neither is stored, so neither goes through the writer. A connection subscribes to the presence of users; the hub in
//! [`live`] records when their first connection opens and their last one closes. Twice a second, [`service`] sends the
//! changes to the subscribers who still share a chat with the user and are not blocked. Typing indicators are sent at
//! once, at most one every three seconds per chat.
//!
//! # Layers
//! `main`, [`cli`] → [`server`] → [`api`], [`ws`], [`asyncapi`], [`assets`], [`telemetry`] → [`service`], [`import`],
//! [`demo`], [`backup`] → [`writer`], [`cluster`] → [`auth`], [`store`], [`live`] → [`protocol`], [`config`] → [`model`], [`error`], [`text`], [`metrics`].
//! Imports point down this list, never up; a test checks it.

pub mod api;
pub mod assets;
pub mod asyncapi;
pub mod auth;
pub mod backup;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod demo;
pub mod error;
pub mod import;
pub mod live;
pub mod metrics;
pub mod model;
#[cfg(feature = "mutations")]
pub mod mutations;
pub mod protocol;
pub mod server;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod transfer;
pub mod writer;
pub mod ws;
