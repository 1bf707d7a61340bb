//! Whether folded texts are what the present rule makes of their originals.

use sqlx::{AnyConnection, FromRow};

use super::{Finding, Inspection, ranges::Bound};
use crate::{
    model::{ChatId, UserId},
    store::{DatabaseResult, folds, rows::from_columns},
    text::{identity, search},
};

struct UserTexts {
    id: UserId,
    email: String,
    email_folded: Option<String>,
    email_search: String,
    first_name: String,
    last_name: String,
    first_name_folded: String,
    last_name_folded: String,
    legacy: i64,
}

struct GroupTexts {
    id: ChatId,
    name: String,
    name_folded: String,
}

from_columns! {
    UserTexts {
        id, email, email_folded, email_search, first_name, last_name, first_name_folded, last_name_folded, legacy
    }
    GroupTexts { id, name, name_folded }
}

impl UserTexts {
    /// The columns that are wrong.
    fn wrong(&self) -> Vec<&'static str> {
        let owns = match &self.email_folded {
            Some(folded) => *folded == identity(&self.email),
            // Another account with the same identity is older.
            None => self.legacy > 0,
        };
        let columns = [
            ("email_folded", owns),
            ("email_search", self.email_search == search(&self.email)),
            ("first_name_folded", self.first_name_folded == search(&self.first_name)),
            ("last_name_folded", self.last_name_folded == search(&self.last_name)),
        ];
        columns.into_iter().filter(|(_, is_right)| !is_right).map(|(name, _)| name).collect()
    }
}

fn finding(table: &str, id: impl std::fmt::Display, column: &str) -> Finding {
    let problem = format!("{column} is not the text as the present rule folds it");
    Finding { table: table.to_owned(), key: format!("id {id}"), problem }
}

/// Examines a range of users. Those without an e-mail are not found by any text.
pub(super) async fn examine_users(inspection: &mut Inspection, bounds: &[Bound]) -> DatabaseResult<()> {
    let sql = "SELECT id, email, email_folded, email_search, first_name, last_name, first_name_folded, \
                 last_name_folded, legacy FROM users WHERE id > $1 AND id <= $2 AND email IS NOT NULL ORDER BY id";
    let users: Vec<UserTexts> = fetch(&mut inspection.connection, sql, bounds).await?;
    for user in &users {
        for column in user.wrong() {
            inspection.add(finding("users", user.id, column));
        }
    }
    Ok(())
}

/// Examines a range of chats.
pub(super) async fn examine_chats(inspection: &mut Inspection, bounds: &[Bound]) -> DatabaseResult<()> {
    let sql = "SELECT id, name, name_folded FROM chats \
               WHERE id > $1 AND id <= $2 AND group_id IS NOT NULL AND dropped_at IS NULL ORDER BY id";
    let groups: Vec<GroupTexts> = fetch(&mut inspection.connection, sql, bounds).await?;
    for group in groups.iter().filter(|group| group.name_folded != search(&group.name)) {
        inspection.add(finding("chats", group.id.0, "name_folded"));
    }
    Ok(())
}

/// Whether all texts were folded by the present rule.
pub(super) async fn examine_setting(inspection: &mut Inspection) -> DatabaseResult<()> {
    if !folds::are_done(&mut inspection.connection).await? {
        let problem = "texts are not folded by the present rule: start Hearth to fold them".to_owned();
        inspection.add(Finding { table: "settings".to_owned(), key: "key folds".to_owned(), problem });
    }
    Ok(())
}

async fn fetch<T: for<'r> FromRow<'r, sqlx::any::AnyRow>>(
    connection: &mut AnyConnection,
    sql: &'static str,
    bounds: &[Bound],
) -> DatabaseResult<Vec<T>> {
    let mut query = sqlx::query(sql);
    for bound in bounds {
        query = bound.bind(query);
    }
    query.fetch_all(connection).await?.iter().map(T::from_row).collect()
}
