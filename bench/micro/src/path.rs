//! The paths whose instructions are counted.

use anyhow::Result;
use clap::ValueEnum;
use hearth::protocol::Protocol;
use micro::{
    chats::Chats,
    frames::{Group, SendRequest},
};

/// A hot path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Path {
    /// Decode a request to send a message
    DecodeSend,
    /// Encode a written message for a client of the protocol `auth`
    EncodeAuth,
    /// Encode a written message for a client of the protocol `hearth`
    EncodeHearth,
    /// Encode a written message, and push it into 200 outboxes
    #[value(name = "publish-200")]
    Publish200,
    /// Store 100 messages in one batch on SQLite
    #[value(name = "send-100")]
    Send100,
    /// Read a history page of 50 messages on SQLite
    #[value(name = "page-50")]
    Page50,
}

impl Path {
    /// How often it is repeated to be counted.
    pub(crate) fn rounds(self) -> u32 {
        match self {
            Self::DecodeSend | Self::EncodeAuth | Self::EncodeHearth => 1000,
            Self::Publish200 => 100,
            Self::Send100 => 10,
            Self::Page50 => 60,
        }
    }
}

/// Prepares a path, and repeats it.
pub(crate) fn repeat(path: Path, rounds: u32) -> Result<()> {
    match path {
        Path::DecodeSend => {
            let request = SendRequest::new();
            (0..rounds).for_each(|_| request.decode());
        }
        Path::EncodeAuth => publish(&Group::new(Protocol::Reference, 1), rounds),
        Path::EncodeHearth => publish(&Group::new(Protocol::Hearth, 1), rounds),
        Path::Publish200 => publish(&Group::new(Protocol::Hearth, 200), rounds),
        Path::Send100 | Path::Page50 => {
            let folder = tempfile::tempdir()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut chats = Chats::new(folder.path()).await?;
                for _ in 0..rounds {
                    if path == Path::Send100 { chats.send_batch().await? } else { chats.read_page().await? }
                }
                chats.close().await
            })?;
        }
    }
    Ok(())
}

fn publish(group: &Group, rounds: u32) {
    (0..rounds).for_each(|_| group.publish());
}
