//! Walks through chats and users in ranges of their keys, and applies the rules to each range in one snapshot. The first
//! and the last range are open, so rows whose chat or user does not exist are in one of them.

use sqlx::{Any, Row, any::AnyArguments, query::Query};

use super::{
    CheckProgress, Inspection, folded,
    rules::{CHATS, MEMBERS, MESSAGES, OTHERS, Rule, USERS},
};
use crate::store::DatabaseResult;

/// Messages of a range, as far as its chats allow: about a tenth of a second of work.
const MESSAGES_PER_RANGE: i64 = 50_000;
/// Chats, and users, of a range.
const ROWS_PER_RANGE: i64 = 1000;
/// Later than every id of 16 bytes.
const AFTER_ALL_IDS: [u8; 17] = [0xff; 17];

/// An end of a range.
#[derive(Clone)]
pub(super) enum Bound {
    Chat(i64),
    User(Vec<u8>),
}

impl Bound {
    pub(super) fn bind<'q>(&self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        match self {
            Self::Chat(id) => query.bind(*id),
            Self::User(id) => query.bind(id.clone()),
        }
    }
}

pub(super) async fn examine(inspection: &mut Inspection, report: &mut impl FnMut(CheckProgress)) -> DatabaseResult<()> {
    chats(inspection, report).await?;
    users(inspection, report).await?;
    inspection.begin_snapshot().await?;
    apply(inspection, OTHERS, &[]).await?;
    folded::examine_setting(inspection).await?;
    inspection.end_snapshot().await
}

async fn chats(inspection: &mut Inspection, report: &mut impl FnMut(CheckProgress)) -> DatabaseResult<()> {
    let total = inspection.number("SELECT CAST(COALESCE(SUM(last_seq), 0) AS BIGINT) FROM chats").await?;
    let (mut after, mut done) = (i64::MIN, 0);
    while !inspection.checked.is_cut {
        report(CheckProgress { stage: "chats", done, total });
        inspection.begin_snapshot().await?;
        let range = next_chats(inspection, after).await?;
        let bounds = [Bound::Chat(after), Bound::Chat(range.last.unwrap_or(i64::MAX))];
        apply(inspection, CHATS, &bounds).await?;
        apply(inspection, MESSAGES, &bounds).await?;
        folded::examine_chats(inspection, &bounds).await?;
        inspection.end_snapshot().await?;
        inspection.checked.chats += range.chats;
        inspection.checked.messages += range.messages;
        done = total.min(done + range.messages);
        let Some(last) = range.last else { break };
        after = last;
    }
    report(CheckProgress { stage: "chats", done: total, total });
    Ok(())
}

/// A range of chats: up to `last`, or all that remain.
struct Chats {
    last: Option<i64>,
    chats: u64,
    messages: u64,
}

async fn next_chats(inspection: &mut Inspection, after: i64) -> DatabaseResult<Chats> {
    let query = sqlx::query("SELECT id, last_seq FROM chats WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = query.bind(after).bind(ROWS_PER_RANGE).fetch_all(&mut inspection.connection).await?;
    let (mut chats, mut messages) = (0, 0);
    for row in &rows {
        chats += 1;
        messages += row.try_get::<i64, _>("last_seq")?.max(0);
        if messages >= MESSAGES_PER_RANGE || chats == ROWS_PER_RANGE {
            let last = Some(row.try_get("id")?);
            return Ok(Chats { last, chats: chats.unsigned_abs(), messages: messages.unsigned_abs() });
        }
    }
    Ok(Chats { last: None, chats: chats.unsigned_abs(), messages: messages.unsigned_abs() })
}

async fn users(inspection: &mut Inspection, report: &mut impl FnMut(CheckProgress)) -> DatabaseResult<()> {
    let total = inspection.number("SELECT COUNT(*) FROM users").await?;
    let (mut after, mut done) = (Vec::new(), 0);
    while !inspection.checked.is_cut {
        report(CheckProgress { stage: "users", done, total });
        inspection.begin_snapshot().await?;
        let query = sqlx::query_scalar("SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT $2");
        let query = query.bind(after.clone()).bind(ROWS_PER_RANGE);
        let ids: Vec<Vec<u8>> = query.fetch_all(&mut inspection.connection).await?;
        let count = ids.len() as u64;
        let last = ids.into_iter().nth(usize::try_from(ROWS_PER_RANGE - 1).unwrap_or(usize::MAX));
        let bounds = [Bound::User(after), Bound::User(last.clone().unwrap_or_else(|| AFTER_ALL_IDS.to_vec()))];
        apply(inspection, USERS, &bounds).await?;
        apply(inspection, MEMBERS, &bounds).await?;
        folded::examine_users(inspection, &bounds).await?;
        inspection.end_snapshot().await?;
        inspection.checked.users += count;
        done = total.min(done + count);
        let Some(last) = last else { break };
        after = last;
    }
    report(CheckProgress { stage: "users", done: total, total });
    Ok(())
}

async fn apply(inspection: &mut Inspection, rules: &[Rule], bounds: &[Bound]) -> DatabaseResult<()> {
    for rule in rules {
        if inspection.checked.is_cut {
            break;
        }
        inspection.look_for(rule, bounds).await?;
    }
    Ok(())
}
