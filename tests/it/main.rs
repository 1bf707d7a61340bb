//! The tests: the real server on its own port, with its own database. `cargo test` uses SQLite;
//! `TEST_DATABASE_URL=postgres://…` runs the same tests on PostgreSQL, each in its own schema.

#![allow(clippy::pedantic, missing_docs, unreachable_pub, reason = "tests are nobody's library")]

mod support;

mod accounts;
mod adding;
mod asyncapi;
mod backups;
mod binary;
mod bounds;
mod budgets;
mod chat_list;
mod check;
mod clock;
mod commit_log;
mod config;
mod confirmation;
mod connections;
mod database_file;
mod deletion;
mod demo;
mod device_tokens;
mod devices;
mod dialogs;
#[cfg(target_os = "linux")]
mod disk_room;
mod documentation;
mod export;
mod extended;
mod failures;
mod floods;
mod frames;
#[cfg(target_os = "linux")]
mod full_disk;
mod groups;
mod handshake;
mod hiding;
mod history;
mod interruptions;
mod layers;
mod legacy;
mod limits;
mod lost_answers;
#[cfg(target_os = "linux")]
mod manager;
mod membership;
mod message_ids;
mod metrics;
mod model;
mod moves;
mod openapi;
mod operation;
mod ordering;
mod outage;
mod ownership;
mod pages;
mod pipelining;
mod plans;
mod races;
mod refusals;
mod remains;
mod removal;
mod rest;
mod restarts;
mod retries;
mod rotation;
mod samples;
mod search;
mod search_text;
mod session_list;
mod sessions;
mod tables;
mod takeover;
mod unicode;
mod upgrade;
mod web_client;
