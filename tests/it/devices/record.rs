//! The model of one chat.

use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Chat {
    pub(super) name: String,
    pub(super) messages: Vec<Message>,
    pub(super) members: BTreeMap<usize, Member>,
    pub(super) dropped: bool,
}

pub(super) struct Message {
    pub(super) id: String,
    pub(super) sender: usize,
    pub(super) text: String,
    pub(super) event: Option<Event>,
    pub(super) reply_to: Option<usize>,
    pub(super) edited: bool,
    pub(super) deleted: bool,
    /// In the order of first use.
    pub(super) reactions: Vec<(usize, Vec<usize>)>,
}

#[derive(Clone)]
pub(super) struct Event {
    pub(super) kind: &'static str,
    pub(super) subject: Option<usize>,
    pub(super) name: Option<String>,
    pub(super) role: Option<&'static str>,
}

#[derive(Clone)]
pub(super) struct Member {
    pub(super) is_in: bool,
    pub(super) role: &'static str,
    pub(super) joined: usize,
    pub(super) read: usize,
    pub(super) hidden: usize,
    pub(super) muted: bool,
}

impl Chat {
    /// The acting member, if the chat exists and the user is in it.
    pub(super) fn member(&self, who: usize) -> Option<&Member> {
        self.members.get(&who).filter(|member| member.is_in && !self.dropped)
    }

    pub(super) fn role(&self, who: usize) -> Option<&'static str> {
        self.member(who).map(|member| member.role)
    }

    pub(super) fn join(&mut self, who: usize, role: &'static str, joined: usize) {
        let read = self.messages.len() + 1;
        let muted = self.members.get(&who).is_some_and(|member| member.muted);
        self.members.insert(who, Member { is_in: true, role, joined, read, hidden: 0, muted });
    }

    pub(super) fn push(&mut self, id: &str, sender: usize, text: &str, event: Option<Event>, reply_to: Option<usize>) {
        let reactions = Vec::new();
        let (edited, deleted) = (false, false);
        let (id, text) = (id.to_owned(), text.to_owned());
        self.messages.push(Message { id, sender, text, event, reply_to, edited, deleted, reactions });
        let last = self.messages.len();
        if let Some(member) = self.members.get_mut(&sender) {
            member.read = last;
        }
    }

    /// The number of the n-th newest message.
    pub(super) fn seq(&self, nth: usize) -> Option<usize> {
        self.messages.len().checked_sub(nth).filter(|seq| *seq > 0)
    }
}
