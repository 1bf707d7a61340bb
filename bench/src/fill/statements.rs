//! The statements that fill a database, for both engines.

use uuid::Uuid;

use super::Options;
use crate::{accounts::HASH, database::Database};

/// The parts of an email around the number of the person. A database can be filled once.
const EMAIL: &str = "fill-";
const DOMAIN: &str = "@bench.example";
/// The text of each message, after its number of eight digits.
const TEXT: &str = " is a message of some eighty bytes, which is as long as people write in chats.";
/// What a message counts for besides its text, as the server does.
const ROW_BYTES: usize = 128;
/// The time of the first messages: 2026-01-01.
const BEGAN: i64 = 1_767_225_600_000;
/// Milliseconds between two messages of a chat; the chats follow each other by a millisecond.
const APART: i64 = 1_000_000;
/// The first members of two groups are so many people apart.
const STEP: u32 = 7;
/// The role of a group's owner.
const OWNER: i64 = 2;

const MEMBERS: &str =
    "INSERT INTO members (user_id, chat_id, side, role, joined_at, hidden_up_to_seq, read_up_to_seq, wrote, bytes)";

/// The email of the person with this number. The password is that of all accounts.
pub(crate) fn email(number: u32) -> String {
    format!("{EMAIL}{number}{DOMAIN}")
}

/// How an engine writes what the statements need.
struct Dialect {
    is_postgres: bool,
}

impl Dialect {
    /// This many numbers from zero on, as a table with a column.
    fn numbers(&self, count: u64, name: &str) -> String {
        if self.is_postgres {
            return format!("generate_series(0::BIGINT, {count}::BIGINT - 1) AS numbers_{name} ({name})");
        }
        // Recursion begins with a row, also if none is wanted.
        format!(
            "(WITH RECURSIVE numbers ({name}) AS (SELECT 0 UNION ALL SELECT {name} + 1 FROM numbers WHERE {name} + 1 < {count}) \
             SELECT {name} FROM numbers WHERE {name} < {count}) numbers_{name}"
        )
    }

    /// Sixteen bytes: eight of a prefix, and a number.
    fn id(&self, prefix: &str, number: &str) -> String {
        if self.is_postgres {
            return format!("decode('{prefix}' || lpad(to_hex(({number})::BIGINT), 16, '0'), 'hex')");
        }
        format!("unhex('{prefix}' || printf('%016x', {number}))")
    }
}

/// Writes the statements.
pub(super) struct Statements {
    dialect: Dialect,
    options: Options,
    /// Messages in each chat.
    each: u64,
    /// The last chat that was there before.
    before: i64,
    /// Halves of ids.
    person: String,
    group: String,
}

impl Statements {
    pub(super) fn new(database: &Database, options: Options, each: u64, before: i64) -> Self {
        let dialect = Dialect { is_postgres: matches!(database, Database::Postgres(_)) };
        let prefix = Uuid::now_v7().simple().to_string();
        let [person, group] = ["a", "b"].map(|last| format!("{}{last}", &prefix[..15]));
        Self { dialect, options, each, before, person, group }
    }

    /// Everything except the messages.
    pub(super) fn people_and_chats(&self) -> Vec<String> {
        let Options { people, dialogs, busy, .. } = self.options;
        let all = u64::from(people) * u64::from(dialogs);
        // Each person begins dialogs with the next ones; those after the last are the first.
        let partner = format!("(n / {dialogs} + 1 + n % {dialogs}) % {people}");
        vec![
            self.people(),
            self.dialogs(&format!("SELECT n / {dialogs} AS a, {partner} AS b FROM {}", self.dialect.numbers(all, "n"))),
            self.dialogs(&format!(
                "SELECT 0 AS a, n + 1 + {dialogs} AS b FROM {}",
                self.dialect.numbers(busy.into(), "n")
            )),
            self.groups(),
            format!("UPDATE chats SET last_at = last_at + id WHERE id > {}", self.before),
            self.sides("user_low", "user_high"),
            self.sides("user_high", "user_low"),
            self.members(),
        ]
    }

    /// The message with this seq in each chat.
    pub(super) fn messages(&self, seq: u64) -> String {
        let id = self.dialect.id(&format!("{seq:016x}"), "id");
        let side = if seq % 2 == 1 { "user_low" } else { "user_high" };
        let place = (seq - 1) % u64::from(self.options.members);
        let member = self.member("CAST(name AS BIGINT)", &place.to_string());
        let (at, before) = (BEGAN + seq.cast_signed() * APART, self.before);
        format!(
            "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, created_at) \
             SELECT id, {seq}, {id}, CASE WHEN group_id IS NULL THEN {side} ELSE {member} END, '{seq:08}{TEXT}', 0, {at} + id \
             FROM chats WHERE id > {before} ORDER BY id"
        )
    }

    fn people(&self) -> String {
        let (numbers, id) = (self.dialect.numbers(self.options.people.into(), "n"), self.dialect.id(&self.person, "n"));
        let email = format!("'{EMAIL}' || n || '{DOMAIN}'");
        format!(
            "INSERT INTO users (id, email, email_folded, email_search, first_name, last_name, first_name_folded, \
               last_name_folded, password_hash, created_at, updated_at) \
             SELECT {id}, {email}, {email}, {email}, 'Bench', 'p' || n, 'bench', 'p' || n, '{HASH}', {BEGAN}, {BEGAN} \
             FROM {numbers}"
        )
    }

    fn dialogs(&self, pairs: &str) -> String {
        let person = |number: &str| self.dialect.id(&self.person, number);
        let low = person("CASE WHEN a < b THEN a ELSE b END");
        let high = person("CASE WHEN a < b THEN b ELSE a END");
        format!(
            "INSERT INTO chats (name, name_folded, user_low, user_high, last_seq, last_at, member_count, created_at) \
             SELECT '', '', {low}, {high}, {}, {}, 2, {BEGAN} FROM ({pairs}) pairs",
            self.each,
            self.last_at()
        )
    }

    /// A group's name is its number.
    fn groups(&self) -> String {
        let Options { groups, members, .. } = self.options;
        let (numbers, id) = (self.dialect.numbers(groups.into(), "n"), self.dialect.id(&self.group, "n"));
        format!(
            "INSERT INTO chats (group_id, name, name_folded, last_seq, last_at, member_count, created_at) \
             SELECT {id}, CAST(n AS TEXT), CAST(n AS TEXT), {}, {}, {members}, {BEGAN} FROM {numbers}",
            self.each,
            self.last_at()
        )
    }

    /// One of the two members of each dialog. Those with the lower id write every other message, and the first one.
    fn sides(&self, user: &str, side: &str) -> String {
        let wrote = if user == "user_low" { self.each.div_ceil(2) } else { self.each / 2 };
        format!(
            "{} SELECT {user}, id, {side}, 0, {BEGAN}, 0, {}, {}, {} FROM chats WHERE id > {} AND group_id IS NULL",
            MEMBERS,
            self.each,
            u64::from(wrote > 0),
            wrote * message_bytes(),
            self.before
        )
    }

    /// The members of the groups, who write in turn.
    fn members(&self) -> String {
        let Options { members, .. } = self.options;
        let user = self.member("CAST(c.name AS BIGINT)", "m");
        let wrote = format!("(CASE WHEN m < {0} THEN ({0} - m + {members} - 1) / {members} ELSE 0 END)", self.each);
        let (numbers, each, before) = (self.dialect.numbers(members.into(), "m"), self.each, self.before);
        let bytes = message_bytes();
        format!(
            "{MEMBERS} SELECT {user}, c.id, c.group_id, CASE m WHEN 0 THEN {OWNER} ELSE 0 END, {BEGAN}, 0, {each}, \
               CASE WHEN {wrote} > 0 THEN 1 ELSE 0 END, {wrote} * {bytes} \
             FROM chats c CROSS JOIN {numbers} WHERE c.id > {before} AND c.group_id IS NOT NULL"
        )
    }

    /// The id of the member with this place in the group with this number.
    fn member(&self, group: &str, place: &str) -> String {
        self.dialect.id(&self.person, &format!("({group} * {STEP} + {place}) % {}", self.options.people))
    }

    /// The time of the last messages, without the millisecond of each chat.
    fn last_at(&self) -> i64 {
        BEGAN + self.each.cast_signed() * APART
    }
}

/// What a message counts for.
fn message_bytes() -> u64 {
    (8 + TEXT.len() + ROW_BYTES) as u64
}
