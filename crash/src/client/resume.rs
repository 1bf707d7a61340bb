//! Catches up with a socket: which chats differ, and what has changed in them.

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use super::{
    model::{Model, integer},
    socket::Socket,
};
use crate::wire::{Chat, Frame};

/// Rows per answer.
const PAGE: i64 = 100;

impl Model {
    /// Brings the model up to date. Returns the frames that arrived meanwhile, which are still to be applied.
    pub(crate) async fn catch_up(&mut self, socket: &mut Socket) -> Result<Vec<Frame>> {
        let (mut others, mut cursor) = (Vec::new(), Value::Null);
        self.is_stale = false;
        loop {
            let after = Chat::seen_by(&self.user, &cursor).map(|chat| chat.rank(&self.user));
            let params = json!({ "known": self.known(after.as_ref()), "cursor": cursor });
            let answer = socket.ask("getChangedChats", &params, &mut others).await?;
            ensure!(answer.success, "getChangedChats: {} {}", answer.code, answer.message);
            let (item, rows) = (&answer.params.item, answer.params.data.as_array().cloned().unwrap_or_default());
            for gone in item["gone"].as_array().into_iter().flatten() {
                if let Some(chat) = Chat::seen_by(&self.user, gone) {
                    self.forget(&chat);
                }
            }
            for row in rows {
                let (chat, after_seq, after_revision) = self.refresh(&row)?;
                self.read_changes(socket, &chat, (after_seq, after_revision), &mut others).await?;
            }
            if item["complete"] == true {
                return Ok(others);
            }
            cursor = item["cursor"].clone();
        }
    }

    async fn read_changes(
        &mut self,
        socket: &mut Socket,
        chat: &Chat,
        (mut after_seq, mut after_revision): (i64, i64),
        others: &mut Vec<Frame>,
    ) -> Result<()> {
        loop {
            let mut params = chat.params(&self.user);
            params["afterSeq"] = after_seq.into();
            params["afterRevision"] = after_revision.into();
            params["limit"] = PAGE.into();
            let answer = socket.ask("getChanges", &params, others).await;
            let answer = match answer {
                Ok(answer) if answer.success => answer,
                Ok(answer) if answer.code == "not_a_member" => {
                    self.forget(chat);
                    return Ok(());
                }
                failed => {
                    self.rewind(chat, after_seq, after_revision);
                    bail!("getChanges: {failed:?}");
                }
            };
            let (item, rows) = (&answer.params.item, answer.params.data.as_array());
            ensure!(item["reset"] == false, "nobody is that far behind: {item}");
            self.changes(chat, item, rows.map_or(&[], Vec::as_slice))?;
            (after_seq, after_revision) = (integer(item, "afterSeq")?, integer(item, "afterRevision")?);
            if item["complete"] == true {
                return Ok(());
            }
        }
    }
}
