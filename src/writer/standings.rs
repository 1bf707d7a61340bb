//! Runs of reads, mutes and hidings: looked up together, decided in order in memory, stored together. In a busy group,
//! each message causes one read per member.

use std::collections::{HashMap, HashSet};

use super::{
    command::{Command, Task},
    rosters::Rosters,
};
use crate::{
    error::{Error, Fault, Refusal, Result},
    live::Outcome,
    model::{Action, ChatId, ChatKey, Event, Receipt, Standing, Timestamp, UserId},
    protocol::limits::RECEIPTS_UP_TO,
    store::{Batch, DatabaseResult, NewStanding, Situation, StoredChat},
};

/// A command that changes its actor's state in a chat.
pub(super) struct Update<'a> {
    command: &'a Command,
    change: Change,
}

#[derive(Clone, Copy)]
enum Change {
    Read(i64),
    Hide,
    Mute(Option<Timestamp>),
}

impl<'a> Update<'a> {
    /// The update that a task makes, if it makes one.
    pub(super) fn of(task: &'a Task) -> Option<Self> {
        let Task::Change(command) = task else { return None };
        let change = match command.action {
            Action::Read { seq } => Change::Read(seq),
            Action::Hide => Change::Hide,
            Action::Mute { until } => Change::Mute(until),
            _ => return None,
        };
        Some(Self { command, change })
    }
}

/// The state of each user of the run so far.
type Standings = HashMap<(UserId, ChatId), Standing>;

/// Decides on and stores a run of updates.
pub(super) async fn apply(
    batch: &mut Batch,
    rosters: &mut Rosters,
    run: &[Update<'_>],
) -> DatabaseResult<Vec<Result<Outcome>>> {
    let lookups: Vec<_> = run.iter().map(|update| update.command.lookup()).collect();
    let situations = batch.look_up_closely(&lookups).await?;
    let mut standings = Standings::new();
    let mut changed = HashSet::new();
    let mut outcomes = Vec::with_capacity(run.len());
    for (update, situation) in run.iter().zip(situations) {
        let Command { actor, chat: key, .. } = *update.command;
        let chat = match entered(update, &situation) {
            Ok(Some(chat)) => chat,
            Ok(None) => {
                outcomes.push(Ok(Outcome::default()));
                continue;
            }
            Err(error) => {
                outcomes.push(Err(error));
                continue;
            }
        };
        let before = *standings.entry((actor, chat.id)).or_insert(situation.standing);
        let after = match stands(before, update.change, chat) {
            Ok(after) => after,
            Err(error) => {
                outcomes.push(Err(error));
                continue;
            }
        };
        standings.insert((actor, chat.id), after);
        let mut receipt = None;
        if after != before {
            changed.insert((actor, chat.id));
            if after.read_up_to > before.read_up_to {
                receipt = match key.partner(actor) {
                    Some(partner) if partner != actor && situation.receipts && !situation.blocks => {
                        // The partner's chat list shows how far the actor has read.
                        let standing = standings.entry((partner, chat.id)).or_insert(situation.target_standing);
                        standing.state += 1;
                        changed.insert((partner, chat.id));
                        Some(Receipt::Partner { user: partner, state: standing.state })
                    }
                    None if chat.member_count <= RECEIPTS_UP_TO => {
                        let members = rosters.receipts(batch, chat.id, chat.roster_version).await?;
                        // Members who send no receipts get none.
                        members.binary_search(&actor).is_ok().then_some(Receipt::Members { members })
                    }
                    _ => None,
                };
            }
        }
        let event = event(update, after, chat, receipt);
        outcomes.push(Ok(if after == before { Outcome::repeated(event) } else { Outcome::of([event]) }));
    }
    let standings: Vec<_> = changed
        .into_iter()
        .map(|(user, chat)| NewStanding { user, chat, standing: standings[&(user, chat)] })
        .collect();
    batch.set_standings(&standings).await?;
    Ok(outcomes)
}

/// The chat, if the actor is in it. `None` if there is nothing to hide.
fn entered<'a>(update: &Update<'_>, situation: &'a Situation) -> Result<Option<&'a StoredChat>> {
    match (&situation.chat, situation.role) {
        (Some(chat), Some(_)) if !chat.dropped => Ok(Some(chat)),
        _ if matches!(update.change, Change::Hide) => Ok(None),
        _ if matches!(update.command.chat, ChatKey::Dialog(..)) => Err(Refusal::ChatNotFound.into()),
        _ => Err(Refusal::NotMember.into()),
    }
}

/// A user's state after a change; unchanged if the change has no effect.
fn stands(before: Standing, change: Change, chat: &StoredChat) -> Result<Standing> {
    let last_seq = chat.counters.last_seq;
    let after = match change {
        Change::Read(seq) if seq > last_seq => {
            let fault = Fault::new("seq", format!("must be at most {last_seq}, the newest message's, not {seq}"));
            return Err(Error::Invalid(vec![fault]));
        }
        Change::Read(seq) => Standing { read_up_to: seq.max(before.read_up_to), ..before },
        Change::Hide => Standing { hidden_up_to: last_seq, read_up_to: last_seq, ..before },
        Change::Mute(muted_until) => Standing { muted_until, ..before },
    };
    let changed = after != before;
    Ok(Standing { state: before.state + i64::from(changed), ..after })
}

fn event(update: &Update<'_>, after: Standing, of: &StoredChat, receipt: Option<Receipt>) -> Event {
    let Command { actor: user, chat, .. } = *update.command;
    let Standing { state, read_up_to, hidden_up_to, muted_until } = after;
    match update.change {
        Change::Read(_) => {
            let unread_count = after.unread(of.first_seq, of.counters.last_seq);
            Event::Read { chat, user, read_up_to, unread_count, state, receipt }
        }
        Change::Hide => Event::Hidden { chat, user, hidden_up_to, read_up_to, state, receipt },
        Change::Mute(_) => Event::Muted { chat, user, muted_until, state },
    }
}
