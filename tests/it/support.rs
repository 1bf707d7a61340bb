//! The test verbs: a server, users, and their sockets.

mod api;
mod contents;
mod database;
#[cfg(target_os = "linux")]
mod disks;
mod extended;
mod files;
pub mod line;
mod old_database;
mod people;
mod process;
mod requests;
mod scans;
mod searching;
mod server;
mod snapshot;
mod socket;
mod soundness;
pub mod stories;
pub mod token;
mod whole_database;

pub use api::{Api, Reply};
pub use contents::Contents;
pub use database::TestDatabase;
#[cfg(target_os = "linux")]
pub use disks::Disks;
pub use extended::{acquaint, all_write, dialog, group, hearths, of_group, with_user};
pub use line::Loss;
pub use old_database::migrations;
pub use process::{Hearth, Serving};
pub use requests::{Request, all_quiet, column, grows, instants, items, seen, sockets, tick};
pub use searching::labels;
pub use server::TestServer;
pub use snapshot::snapshot;
pub use socket::{PATIENCE, Socket};
pub use soundness::{faults, is_sound};
pub use whole_database::WholeDatabase;

use std::ops::Deref;

use serde_json::json;

/// Every test's password.
pub const PASSWORD: &str = "correct horse";

/// An id as clients make them.
pub fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A logged-in user; calls REST as this user.
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    pub token: String,
    api: Api,
}

impl Deref for User {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl User {
    /// Opens a socket as the reference client does.
    pub async fn connect(&self) -> Socket {
        Socket::open(self.api.base(), "/api/ws", &["auth", &self.token]).await
    }

    /// Logs in again: another session of the same user, at another server if there are several.
    pub async fn log_in_again(&self) -> User {
        self.api.elsewhere().log_in(&self.email, PASSWORD).await
    }

    /// Creates a group with these members besides the owner; returns its id.
    pub async fn create_group(&self, name: &str, members: &[&User]) -> String {
        let group = new_id();
        let new = json!({
            "groupId": group, "groupName": name, "messageId": new_id(), "notificationMessage": "a new group",
        });
        self.post("/api/use-cases/create-group", new).await.expect(200);
        if members.is_empty() {
            return group;
        }
        let mut socket = self.connect().await;
        for member in members {
            socket.add(&group, member).await;
        }
        group
    }

    /// Sends a message to a user, on a new socket; returns the message's id.
    pub async fn write_to(&self, receiver: &User, content: &str) -> String {
        self.connect().await.write_to(receiver, content).await
    }

    /// Sends a message to a group, on a new socket; returns the message's id.
    pub async fn write_in(&self, group: &str, content: &str) -> String {
        self.connect().await.write_in(group, content).await
    }

    /// The texts of a dialog, newest first.
    pub async fn texts_with(&self, companion: &User) -> Vec<String> {
        texts(&self.connect().await.dialog_page(companion, 100, None).await)
    }

    /// The texts of a group, newest first.
    pub async fn texts_in(&self, group: &str) -> Vec<String> {
        texts(&self.connect().await.group_page(group, 100, None).await)
    }
}

/// The contents of rows.
pub fn texts(rows: &[serde_json::Value]) -> Vec<String> {
    rows.iter().map(|row| row["content"].as_str().expect("a row has a content").to_owned()).collect()
}
