//! Compares the server with the model.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    contract::{Chat, Event, Heard, Reply, Row},
    steps::{GROUPS, PEOPLE},
    world::{World, group_id, group_name, message_id},
};
use crate::support::{Request, instants};

impl World {
    /// An answer.
    pub fn compare_answer(&mut self, who: usize, request: &Request, answer: &Value, reply: &Reply) {
        let (item, data) = (&answer["params"]["item"], &answer["params"]["data"]);
        let expected = match reply {
            Reply::Done => Value::Null,
            Reply::Gone(group) => json!({ "groupId": group_id(*group) }),
            Reply::Notice(group, row) => {
                self.same_instant(&json!(group_id(*group)), item);
                self.item(*group, row, &item["createdAt"])
            }
            Reply::Rows(chat, rows) => {
                let read = data.as_array().expect("rows");
                return self.compare_rows(who, *chat, read, rows.iter());
            }
            Reply::Refused(text) => return assert_eq!(answer["message"], *text, "{request:?}"),
            Reply::Explained(words) => {
                let text = answer["message"].as_str().unwrap_or_else(|| panic!("{request:?} is refused: {answer}"));
                return assert!(text.contains(words), "{request:?}: {text}");
            }
        };
        assert_eq!((&answer["success"], item, data), (&json!(true), &expected, &Value::Null), "{request:?}");
    }

    /// A broadcast caused by `from`, as `to` gets it.
    pub fn compare_heard(&mut self, from: usize, to: usize, frame: &Value, what: &Heard) {
        let item = &frame["params"]["item"];
        let (kind, group, row) = match what {
            Heard::Dropped(group) => {
                let expected = json!({ "groupId": group_id(*group) });
                return assert_eq!((&frame["type"], item), (&json!("dropGroup"), &expected));
            }
            Heard::Private(row) => ("privateMessage", None, row),
            Heard::Added(group, row) => ("addUserInGroup", Some(*group), row),
            Heard::Left(group, row) => ("leaveGroup", Some(*group), row),
            Heard::Message(group, row) => ("messageInGroup", Some(*group), row),
        };
        let mut expected = self.item(group.unwrap_or_default(), row, &item["createdAt"]);
        if group.is_none() {
            let keys = expected.as_object_mut().expect("an item");
            keys.retain(|key, _| !["groupId", "groupName", "notification"].contains(&key.as_str()));
        }
        assert_eq!((&frame["type"], item), (&json!(kind), &expected));
        self.same_instant(&group.map_or_else(|| pair(from, to), |group| json!(group_id(group))), item);
    }

    /// Rows of a history or of the list.
    pub fn compare_rows<'a>(
        &mut self,
        who: usize,
        chat: Chat,
        read: &[Value],
        expected: impl ExactSizeIterator<Item = &'a Row>,
    ) {
        assert_eq!(read.len(), expected.len(), "{who} reads {chat:?}");
        for (read, row) in read.iter().zip(expected) {
            let shown = [&read["messageId"], &read["content"], &read["senderId"], &read["senderName"]];
            let (sender, name) = (self.person(row.sender), &self.names[row.sender]);
            assert_eq!(shown, [&message_id(row.id), &row.text, &sender, name].map(|text| json!(text)).each_ref());
            let key = match chat {
                Chat::Dialog(with) => {
                    let receiver = if row.sender == who { with } else { who };
                    let shown = (&read["receiverId"], &read["receiverName"]);
                    assert_eq!(shown, (&json!(self.person(receiver)), &json!(self.names[receiver])));
                    pair(who, with)
                }
                Chat::Group(group) => {
                    // Rows of the list have no `notification`.
                    let is_notice = read.get("notification").is_none_or(|flag| *flag == (row.event != Event::Message));
                    assert!(is_notice && read["groupId"] == group_id(group), "{read}");
                    json!(group_id(group))
                }
            };
            self.same_instant(&key, read);
        }
    }

    /// The whole chat list: the newest row of every chat that should be in it.
    pub fn compare_list(&mut self, who: usize, list: &[Value], mut newest: BTreeMap<Chat, Row>) {
        assert!(instants(list).is_sorted_by(|one, next| one >= next));
        for row in list {
            let chat = if let Some(id) = row["groupId"].as_str() {
                Chat::Group((0..GROUPS).find(|group| group_id(*group) == id).expect("a known group"))
            } else {
                let sides = [&row["senderId"], &row["receiverId"]];
                let other = |number: &usize| *number != who && sides.contains(&&json!(self.person(*number)));
                Chat::Dialog((0..PEOPLE).find(other).unwrap_or(who))
            };
            let expected = newest.remove(&chat).unwrap_or_else(|| panic!("{chat:?} is not to be in the list"));
            self.compare_rows(who, chat, std::slice::from_ref(row), [expected].iter());
        }
        assert_eq!(newest, BTreeMap::new(), "these are missing in the list");
    }

    /// The item of a group's message or notice.
    fn item(&self, group: usize, row: &Row, at: &Value) -> Value {
        json!({
            "groupId": group_id(group), "groupName": group_name(group), "messageId": message_id(row.id),
            "message": row.text, "senderName": self.names[row.sender], "senderLastName": "",
            "senderId": self.person(row.sender), "notification": row.event != Event::Message, "createdAt": at,
        })
    }

    fn same_instant(&mut self, chat: &Value, row: &Value) {
        let text = if row["content"].is_null() { &row["message"] } else { &row["content"] };
        let key = format!("{chat} {} {text}", row["messageId"]);
        let known = self.instants.entry(key).or_insert_with(|| row["createdAt"].clone());
        assert_eq!(*known, row["createdAt"]);
    }
}

fn pair(one: usize, other: usize) -> Value {
    json!([one.min(other), one.max(other)])
}
