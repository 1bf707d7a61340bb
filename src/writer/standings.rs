//! A run of reads, mutes and hidings: looked up together, decided in order in memory, stored together. In a lively
//! group they are as many as its members, for every message.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Action, Command, Origin, Outcome, Task,
    delivery::{to_own, to_person},
    rosters::Rosters,
};
use crate::{
    error::{Error, Fault, Refusal, Result},
    live::{Broadcast, Except, People},
    model::{ChatId, ChatKey, ChatRef, Standing, Timestamp, UserId},
    protocol::{
        Answer, Item, Kind,
        extended::{Hidden, Muted, ReadItem},
    },
    store::{Batch, DatabaseResult, Lookup, NewStanding, Situation, StoredChat},
};

/// Members of a group up to which the others are told how far somebody has read.
pub const RECEIPTS_UP_TO: i64 = 100;

/// Somebody is to stand differently in a chat.
pub(super) struct Update {
    actor: UserId,
    origin: Origin,
    chat: ChatKey,
    change: Change,
}

#[derive(Clone, Copy)]
enum Change {
    Read(i64),
    Hide,
    Mute(Option<Timestamp>),
}

impl Update {
    /// The update that a task makes, if it makes one.
    pub(super) fn of(task: &Task) -> Option<Self> {
        let Task::Command(Command { actor, origin, chat, action }) = task else { return None };
        let change = match action {
            Action::Read { seq } => Change::Read(*seq),
            Action::Hide => Change::Hide,
            Action::Mute { until } => Change::Mute(*until),
            _ => return None,
        };
        Some(Self { actor: *actor, origin: *origin, chat: *chat, change })
    }

    fn lookup(&self) -> Lookup {
        let target = self.chat.partner(self.actor);
        Lookup { chat: self.chat, actor: self.actor, target, message: None, reply_to: None }
    }
}

/// How everybody of the run stands, by now.
type Standings = HashMap<(UserId, ChatId), Standing>;

/// Decides and stores a run of updates.
pub(super) async fn apply(
    batch: &mut Batch,
    rosters: &mut Rosters,
    run: &[Update],
) -> DatabaseResult<Vec<Result<Outcome>>> {
    let lookups: Vec<_> = run.iter().map(Update::lookup).collect();
    let situations = batch.look_up_closely(&lookups).await?;
    let mut standings = Standings::new();
    let mut changed = HashSet::new();
    let mut outcomes = Vec::with_capacity(run.len());
    for (update, situation) in run.iter().zip(situations) {
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
        let members = match update.chat {
            ChatKey::Group(_) if chat.member_count <= RECEIPTS_UP_TO => Some(rosters.receipts(batch, chat.id).await?),
            _ => None,
        };
        // Who sends no receipts gets none.
        let members = members.filter(|members| members.binary_search(&update.actor).is_ok());
        let before = *standings.entry((update.actor, chat.id)).or_insert(situation.standing);
        let sends_receipt = situation.receipts && !situation.blocks;
        let partner = update.chat.partner(update.actor).filter(|partner| *partner != update.actor && sends_receipt);
        let after = match stands(before, update.change, chat) {
            Ok(after) => after,
            Err(error) => {
                outcomes.push(Err(error));
                continue;
            }
        };
        standings.insert((update.actor, chat.id), after);
        let mut partner_state = None;
        if after != before {
            changed.insert((update.actor, chat.id));
            if let Some(partner) = partner.filter(|_| after.read_up_to > before.read_up_to) {
                // The other side's list shows how far one has read.
                let standing = standings.entry((partner, chat.id)).or_insert(situation.target_standing);
                standing.state += 1;
                partner_state = Some((partner, standing.state));
                changed.insert((partner, chat.id));
            }
        }
        outcomes.push(Ok(Applied { update, chat, before, after, partner: partner_state, members }.outcome()));
    }
    let standings: Vec<_> = changed
        .into_iter()
        .map(|(user, chat)| NewStanding { user, chat, standing: standings[&(user, chat)] })
        .collect();
    batch.set_standings(&standings).await?;
    Ok(outcomes)
}

/// The chat, if it is one of the actor's. What is not there needs no hiding.
fn entered<'a>(update: &Update, situation: &'a Situation) -> Result<Option<&'a StoredChat>> {
    match (&situation.chat, situation.role) {
        (Some(chat), Some(_)) if !chat.dropped => Ok(Some(chat)),
        _ if matches!(update.change, Change::Hide) => Ok(None),
        _ if matches!(update.chat, ChatKey::Dialog(..)) => Err(Refusal::ChatNotFound.into()),
        _ => Err(Refusal::NotMember.into()),
    }
}

/// How somebody stands after a change; as before, if it changes nothing.
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

/// An update that was made.
struct Applied<'a> {
    update: &'a Update,
    chat: &'a StoredChat,
    before: Standing,
    after: Standing,
    /// The other side of a dialog and its state, if it is to know.
    partner: Option<(UserId, i64)>,
    /// Of a group in which all know how far the others have read.
    members: Option<Arc<Vec<UserId>>>,
}

impl Applied<'_> {
    fn outcome(self) -> Outcome {
        let Self { update, after, .. } = &self;
        let side = update.chat.side(update.actor);
        let (kind, item) = match update.change {
            Change::Read(_) => {
                let unread_count = Some(after.unread(self.chat.counters.last_seq));
                (Kind::MessagesRead, self.read(side, unread_count, Some(after.state)))
            }
            Change::Mute(_) => {
                let muted = Muted { chat: side, muted_until: after.muted_until, state: after.state };
                (Kind::MuteChat, Item::Muted(muted))
            }
            Change::Hide => {
                let (hidden_up_to, read_up_to) = (after.hidden_up_to, after.read_up_to);
                let hidden = Hidden { chat: side, hidden_up_to, read_up_to, state: after.state };
                (Kind::DialogHidden, Item::Hidden(hidden))
            }
        };
        let mut broadcasts = Vec::new();
        if *after != self.before {
            broadcasts.push(to_own(update.actor, update.origin, kind, item.clone()));
            if after.read_up_to > self.before.read_up_to {
                broadcasts.extend(self.receipts());
            }
        }
        Outcome { answer: Answer::item(item), broadcasts, ..Outcome::default() }
    }

    /// The others are told how far the actor has read.
    fn receipts(&self) -> Option<Broadcast> {
        let actor = self.update.actor;
        if let Some((partner, state)) = self.partner {
            let item = self.read(ChatRef::Dialog(actor), None, Some(state));
            return Some(to_person(partner, Kind::MessagesRead, item));
        }
        let members = self.members.clone()?;
        let item = self.read(self.update.chat.side(actor), None, None);
        Some(Broadcast::extended(Kind::MessagesRead, item, People::Many(members), Except::User(actor)))
    }

    fn read(&self, side: ChatRef, unread_count: Option<i64>, state: Option<i64>) -> Item {
        let (user_id, read_up_to) = (self.update.actor, self.after.read_up_to);
        Item::Read(ReadItem { chat: side, user_id, read_up_to, unread_count, state })
    }
}
