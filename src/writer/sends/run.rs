//! Decides on each message of a run, in memory and in order.

use std::collections::HashMap;

use super::Send;
#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};
use crate::{
    error::{Error, Refusal},
    model::{ChatId, ChatKey, Counters, Message, MessageId, MessageKind, Person, Quote, Timestamp},
    store::{QUOTED, Situation, StoredChat, cost},
    writer::{
        allowances::Allowances,
        permissions::{may_write, taken},
    },
};

/// The state of a chat while the run is decided.
pub(super) struct Progress {
    /// `None` for a dialog that the run starts, until it is stored.
    pub(super) id: Option<ChatId>,
    pub(super) name: String,
    pub(super) counters: Counters,
    pub(super) last_at: Timestamp,
    pub(super) roster_version: i64,
}

/// A message that will be stored.
pub(super) struct Accepted<'a> {
    pub(super) position: usize,
    pub(super) send: &'a Send<'a>,
    pub(super) message: Message,
    pub(super) receiver: Option<Person>,
    pub(super) hidden_from_receiver: i64,
}

/// A retry of a stored message: its sender gets the same answer again.
pub(super) struct Repeat {
    pub(super) position: usize,
    pub(super) seq: i64,
    /// The seq up to which the sender has hidden the chat; `None` if the sender is no longer a member.
    pub(super) hidden_up_to: Option<i64>,
}

/// The decision on a message.
enum Decision {
    /// Store it.
    Accept { sender: Person, quote: Option<Quote> },
    /// It is already stored, under this seq.
    Repeat { seq: i64 },
}

/// A run that is being decided.
pub(super) struct Run<'a> {
    now: Timestamp,
    allowances: &'a mut Allowances,
    pub(super) chats: HashMap<ChatKey, Progress>,
    pub(super) accepted: Vec<Accepted<'a>>,
    /// The position of each message of the run in `accepted`.
    places: HashMap<(ChatKey, MessageId), usize>,
    pub(super) repeats: Vec<Repeat>,
}

impl<'a> Run<'a> {
    pub(super) fn new(now: Timestamp, allowances: &'a mut Allowances) -> Self {
        let (chats, places) = (HashMap::new(), HashMap::new());
        Self { now, allowances, chats, accepted: Vec::new(), places, repeats: Vec::new() }
    }

    /// Decides on one message, after those before it.
    pub(super) fn take(&mut self, position: usize, send: &'a Send<'a>, situation: Situation) -> Result<(), Error> {
        let decision = self.decide(send, &situation)?;
        let key = send.command.chat;
        if let Decision::Accept { .. } = decision {
            self.allowances.admit(&send.command.action)?;
            self.allowances.write(send.command.actor, cost(send.content))?;
        }
        let Situation { chat, role, standing, target: receiver, target_standing, .. } = situation;
        let chat = self.chats.entry(key).or_insert_with(|| match chat {
            Some(StoredChat { id, name, counters, last_at, roster_version, .. }) => {
                Progress { id: Some(id), name, counters, last_at, roster_version }
            }
            None => Progress {
                id: None,
                name: String::new(),
                counters: Counters::default(),
                last_at: Timestamp(0),
                roster_version: 0,
            },
        });
        let (sender, quote) = match decision {
            Decision::Accept { sender, quote } => (sender, quote),
            Decision::Repeat { seq } => {
                let hidden_up_to = role.map(|_| standing.hidden_up_to);
                self.repeats.push(Repeat { position, seq, hidden_up_to });
                return Ok(());
            }
        };
        chat.counters.last_seq += 1;
        chat.last_at = self.now.max(chat.last_at.plus_millis(1));
        self.places.insert((key, send.id), self.accepted.len());
        let message = Message::new(chat.counters.last_seq, send.id, sender, send.content.to_owned(), chat.last_at);
        let message = Message { reply_to: quote, ..message };
        let hidden_from_receiver = target_standing.hidden_up_to;
        self.accepted.push(Accepted { position, send, message, receiver, hidden_from_receiver });
        Ok(())
    }

    /// Checks for a retry first: an acknowledged message is acknowledged again, whatever happened since.
    fn decide(&self, send: &Send<'_>, situation: &Situation) -> Result<Decision, Refusal> {
        let key = send.command.chat;
        let of_run = self.places.get(&(key, send.id)).map(|place| &self.accepted[*place].message);
        let of_run = of_run.map(|message| (message.sender.id, MessageKind::Text, message.seq));
        let stored = situation.message.as_ref().map(|message| (message.sender, message.kind, message.seq));
        let known = of_run.or(stored);
        #[cfg(feature = "mutations")]
        let known = known.filter(|_| !mutations::makes(Mutation::SkipRetryCheck));
        if let Some((sender, kind, seq)) = known {
            let is_same = sender == send.command.actor && kind == MessageKind::Text;
            return if is_same { Ok(Decision::Repeat { seq }) } else { Err(taken(key, situation)) };
        }
        let sender = situation.actor.clone().ok_or(Refusal::Unauthorized)?;
        may_write(key, situation)?;
        let quote = send.reply_to.map(|id| self.quote(key, id, situation)).transpose()?;
        Ok(Decision::Accept { sender, quote })
    }

    /// The message that is replied to: a stored one, or an earlier one of this run.
    fn quote(&self, chat: ChatKey, id: MessageId, situation: &Situation) -> Result<Quote, Refusal> {
        if let Some(place) = self.places.get(&(chat, id)) {
            let Message { seq, sender, content, .. } = &self.accepted[*place].message;
            return Ok(Quote {
                id,
                seq: *seq,
                sender: sender.id,
                sender_name: sender.first_name.clone(),
                content: content.chars().take(QUOTED).collect(),
            });
        }
        match &situation.reply_to {
            Some((quote, true)) if quote.seq > situation.standing.hidden_up_to => Ok(quote.clone()),
            _ => Err(Refusal::QuoteNotFound),
        }
    }
}
