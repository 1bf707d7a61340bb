//! The tests: the real server on a port of its own, with a database of its own. `cargo test` uses SQLite;
//! `TEST_DATABASE_URL=postgres://…` runs the same tests on PostgreSQL, each in a schema of its own.

#![allow(missing_docs, unreachable_pub, reason = "tests are nobody's library")]

mod support;

mod config;
mod layers;
mod openapi;
