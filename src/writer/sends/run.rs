//! What becomes of each message of a run, decided in memory and in order.

use std::collections::HashMap;

use super::Send;
use crate::{
    error::{Error, Refusal},
    model::{ChatId, ChatKey, Counters, MessageId, MessageKind, Person, Quote, Timestamp},
    store::{QUOTED, Situation, cost},
    writer::{allowances::Allowances, permissions::taken},
};

/// A chat while the run is decided.
pub(super) struct Chat {
    /// None yet for a dialog that the run begins.
    pub(super) id: Option<ChatId>,
    pub(super) name: String,
    pub(super) counters: Counters,
    pub(super) last_at: Timestamp,
}

/// A message that will be stored.
pub(super) struct Accepted<'a> {
    pub(super) position: usize,
    pub(super) send: &'a Send<'a>,
    pub(super) sender: Person,
    pub(super) receiver: Option<Person>,
    pub(super) hidden_from_receiver: i64,
    pub(super) quote: Option<Quote>,
    pub(super) seq: i64,
    pub(super) created_at: Timestamp,
}

/// A message that was stored before: its sender is answered once more.
pub(super) struct Repeat {
    pub(super) position: usize,
    pub(super) seq: i64,
    /// What the sender has hidden; `None` if the sender is no longer a member.
    pub(super) hidden_up_to: Option<i64>,
}

/// What is to become of a message.
enum Decision {
    /// It is stored.
    Accept { sender: Person, quote: Option<Quote> },
    /// It was, under this seq.
    Repeat { seq: i64 },
}

/// A run while it is decided.
pub(super) struct Run<'a> {
    now: Timestamp,
    allowances: &'a mut Allowances,
    pub(super) chats: HashMap<ChatKey, Chat>,
    pub(super) accepted: Vec<Accepted<'a>>,
    /// Where in `accepted` a message of the run is.
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
        if let Decision::Accept { .. } = decision {
            self.allowances.write(send.actor, cost(send.content))?;
        }
        let Situation { chat, role, standing, target: receiver, target_standing, .. } = situation;
        let chat = self.chats.entry(send.chat).or_insert_with(|| match chat {
            Some(chat) => Chat { id: Some(chat.id), name: chat.name, counters: chat.counters, last_at: chat.last_at },
            None => Chat { id: None, name: String::new(), counters: Counters::default(), last_at: Timestamp(0) },
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
        self.places.insert((send.chat, send.message), self.accepted.len());
        self.accepted.push(Accepted {
            position,
            send,
            sender,
            receiver,
            hidden_from_receiver: target_standing.hidden_up_to,
            quote,
            seq: chat.counters.last_seq,
            created_at: chat.last_at,
        });
        Ok(())
    }

    /// The repetition comes first: what was acknowledged once is acknowledged again, whatever happened since.
    fn decide(&self, send: &Send<'_>, situation: &Situation) -> Result<Decision, Refusal> {
        let of_run = self.places.get(&(send.chat, send.message)).map(|place| &self.accepted[*place]);
        let of_run = of_run.map(|accepted| (accepted.sender.id, MessageKind::Text, accepted.seq));
        let stored = situation.message.as_ref().map(|message| (message.sender, message.kind, message.seq));
        if let Some((sender, kind, seq)) = of_run.or(stored) {
            let is_same = sender == send.actor && kind == MessageKind::Text;
            return if is_same { Ok(Decision::Repeat { seq }) } else { Err(taken(send.chat, situation)) };
        }
        let sender = situation.actor.clone().ok_or(Refusal::Unauthorized)?;
        match send.chat {
            ChatKey::Dialog(..) if situation.target.is_none() => return Err(Refusal::UserNotFound),
            ChatKey::Dialog(..) if situation.blocks => return Err(Refusal::Blocking),
            ChatKey::Dialog(..) if situation.blocked => return Err(Refusal::Blocked),
            ChatKey::Group(_) if situation.role.is_none() => return Err(Refusal::NotMember),
            ChatKey::Group(_) if situation.chat.as_ref().is_none_or(|chat| chat.dropped) => {
                return Err(Refusal::NotMember);
            }
            _ => {}
        }
        let quote = send.reply_to.map(|id| self.quote(send.chat, id, situation)).transpose()?;
        Ok(Decision::Accept { sender, quote })
    }

    /// The message that is answered: of the database or, just accepted, of this run.
    fn quote(&self, chat: ChatKey, id: MessageId, situation: &Situation) -> Result<Quote, Refusal> {
        if let Some(place) = self.places.get(&(chat, id)) {
            let Accepted { send, sender, seq, .. } = &self.accepted[*place];
            return Ok(Quote {
                id,
                seq: *seq,
                sender: sender.id,
                sender_name: sender.first_name.clone(),
                content: send.content.chars().take(QUOTED).collect(),
            });
        }
        match &situation.reply_to {
            Some((quote, true)) if quote.seq > situation.standing.hidden_up_to => Ok(quote.clone()),
            _ => Err(Refusal::QuoteNotFound),
        }
    }
}
