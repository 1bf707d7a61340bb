//! Limits of what users may do, with their defaults.

use serde::{Deserialize, Serialize};

/// `[limits]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Whether the rates, counts and storage limits below apply. Limits that bound memory always do.
    pub enabled: bool,
    /// Sign-ups from one address.
    pub sign_ups_per_hour: u32,
    /// Login attempts from one address, to any account.
    pub log_ins_per_minute: u32,
    /// Login attempts to one account from one address.
    pub log_ins_per_account_and_minute: u32,
    /// Failed logins to one account, from all addresses, after which each further attempt is delayed.
    pub log_in_failures_per_account: u32,
    /// REST requests of one user; bursts of ten seconds' worth are allowed.
    pub requests_per_second: u32,
    /// Open WebSockets of one user.
    pub connections_per_user: usize,
    /// Requests on one WebSocket; bursts of ten seconds' worth are allowed.
    pub frames_per_second: u32,
    /// Frames on all WebSockets of one user; bursts of ten seconds' worth are allowed.
    pub frames_per_second_and_user: u32,
    /// Open WebSockets.
    pub connections: usize,
    /// Open connections other than WebSockets.
    pub http_connections: usize,
    /// Open connections from one address.
    pub connections_per_address: usize,
    /// Open connections from one address that no request has authenticated.
    pub anonymous_connections_per_address: usize,
    /// Messages and notices of one user.
    pub messages_per_minute: u32,
    /// Edits, deletions and reactions of one user.
    pub changes_per_minute: u32,
    /// MB for one user's messages; 0 means no limit.
    pub storage_mb_per_user: u32,
    /// MB for the whole database; 0 means no limit.
    pub storage_mb: u32,
    /// Users that one user adds to groups without a dialog in which both have written.
    pub adds_of_strangers_per_hour: u32,
    /// Other users that one user adds to groups.
    pub adds_per_hour: u32,
    /// Exports of one user's data.
    pub exports_per_hour: u32,
    /// Members of a group.
    pub group_members: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            enabled: true,
            sign_ups_per_hour: 60,
            log_ins_per_minute: 60,
            log_ins_per_account_and_minute: 10,
            log_in_failures_per_account: 100,
            requests_per_second: 20,
            connections_per_user: 20,
            frames_per_second: 50,
            frames_per_second_and_user: 100,
            connections: 10_000,
            http_connections: 2_000,
            connections_per_address: 1_000,
            anonymous_connections_per_address: 200,
            messages_per_minute: 1200,
            changes_per_minute: 600,
            storage_mb_per_user: 1000,
            storage_mb: 0,
            adds_of_strangers_per_hour: 100,
            adds_per_hour: 1000,
            exports_per_hour: 5,
            group_members: 10_000,
        }
    }
}
