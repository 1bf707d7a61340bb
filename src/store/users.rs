//! Accounts: names, e-mails and password hashes.

use sqlx::{FromRow, Row, any::AnyRow};

use super::{
    Store,
    sessions::{Renewal, renew},
};
use crate::{
    error::{Refusal, Result},
    model::{Event, Person, SessionId, Timestamp, UserId},
    text::{identity, is_reserved, search},
};

/// An account with its secret: never leaves the server.
pub struct Account {
    /// Id and names.
    pub person: Person,
    /// As entered at sign-up.
    pub email: String,
    /// A PHC string.
    pub password_hash: String,
}

/// A new password.
pub struct PasswordChange<'a> {
    /// Its PHC string.
    pub new_hash: &'a str,
    /// The session that does not end.
    pub kept: &'a Renewal,
    /// Whether that session gets a new token.
    pub rotates: bool,
}

/// The effects of a password change.
pub struct Changed {
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
    /// When the kept session ends, if it gets a new token.
    pub renewed: Option<Timestamp>,
}

impl Store {
    /// Adds an account. Fails if another account has this e-mail: by its identity, or, a legacy one, by its exact
    /// spelling.
    pub async fn add_user(&self, account: &Account, now: Timestamp) -> Result<()> {
        let person = &account.person;
        let work = async {
            let mut change = self.begin().await?;
            let added = sqlx::query(
                "INSERT INTO users (id, email, email_folded, first_name, last_name, first_name_folded, \
                 last_name_folded, password_hash, created_at, updated_at, email_search) \
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10 \
                 WHERE NOT EXISTS (SELECT 1 FROM users WHERE legacy > 0 AND email = $2)",
            )
            .bind(person.id)
            .bind(&account.email)
            .bind(identity(&account.email))
            .bind(&person.first_name)
            .bind(&person.last_name)
            .bind(search(&person.first_name))
            .bind(search(&person.last_name))
            .bind(&account.password_hash)
            .bind(now)
            .bind(search(&account.email))
            .execute(&mut *change)
            .await;
            match added {
                Ok(added) if added.rows_affected() > 0 => {
                    self.commit_and_settle(change, vec![Event::PersonAdded { user: person.id }]).await.map(|()| true)
                }
                Ok(_) => change.rollback().await.map(|()| false),
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    change.rollback().await.map(|()| false)
                }
                Err(error) => Err(error),
            }
        };
        if self.within(work).await? { Ok(()) } else { Err(Refusal::EmailTaken.into()) }
    }

    /// The account with exactly this e-mail, if it is a legacy one, else the one with this e-mail's identity.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<Account>> {
        // PostgreSQL cannot store such a text.
        if email.contains('\0') {
            return Ok(None);
        }
        let query = sqlx::query_as(
            "SELECT id, first_name, last_name, email, password_hash FROM users WHERE id = COALESCE(\
               (SELECT id FROM users WHERE legacy > 0 AND email = $1), \
               (SELECT id FROM users WHERE email_folded = $2))",
        );
        self.within(query.bind(email).bind(identity(email)).fetch_optional(&self.reads)).await
    }

    /// An account, `None` if it is deleted.
    pub async fn account_by_id(&self, user: UserId) -> Result<Option<Account>> {
        let query = sqlx::query_as(
            "SELECT id, first_name, last_name, email, password_hash FROM users WHERE id = $1 AND deleted_at IS NULL",
        );
        self.within(query.bind(user).fetch_optional(&self.reads)).await
    }

    /// A person's present name, `None` if the account is deleted.
    pub async fn person(&self, user: UserId) -> Result<Option<Person>> {
        let query = sqlx::query_as("SELECT id, first_name, last_name FROM users WHERE id = $1 AND deleted_at IS NULL");
        self.within(query.bind(user).fetch_optional(&self.reads)).await
    }

    /// Stores another hash of the same password, if the stored hash is still the account's.
    pub async fn replace_hash(&self, account: &Account, hash: &str) -> Result<()> {
        let work = async {
            let query = sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3");
            self.write(query.bind(hash).bind(account.person.id).bind(&account.password_hash)).await
        };
        self.within(work).await.map(|_| ())
    }

    /// Changes the names that are given, unless the whole name would be one that the server reserves. Returns whether
    /// it changed them. Fails if there is no such account.
    pub async fn rename(
        &self,
        user: UserId,
        first_name: Option<&str>,
        last_name: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        let work = async {
            let mut change = self.begin().await?;
            // Concurrent changes wait for one another here, so the second sees the names of the first.
            let renamed: Vec<Person> = sqlx::query_as(
                "UPDATE users SET first_name = COALESCE($1, first_name), \
                 first_name_folded = COALESCE($2, first_name_folded), last_name = COALESCE($3, last_name), \
                 last_name_folded = COALESCE($4, last_name_folded), updated_at = $5 \
                 WHERE id = $6 AND deleted_at IS NULL RETURNING id, first_name, last_name",
            )
            .bind(first_name)
            .bind(first_name.map(search))
            .bind(last_name)
            .bind(last_name.map(search))
            .bind(now)
            .bind(user)
            .fetch_all(&mut *change)
            .await?;
            let is_reserved = renamed
                .first()
                .is_some_and(|Person { first_name, last_name, .. }| is_reserved(&format!("{first_name} {last_name}")));
            if is_reserved {
                change.rollback().await?;
            } else {
                self.commit_and_settle(change, vec![Event::PersonRenamed { user, person: None }]).await?;
            }
            Ok(renamed.first().map(|_| !is_reserved))
        };
        self.within(work).await?.ok_or_else(|| Refusal::Unauthorized.into())
    }

    /// Stores a new hash, if the stored hash is still the account's, ends all of the person's sessions but that of
    /// `kept`, and the links to exports, and, if it `rotates`, renews that session. `None` if the hash has changed.
    pub async fn change_password(&self, account: &Account, change: &PasswordChange<'_>) -> Result<Option<Changed>> {
        let PasswordChange { new_hash, kept, rotates } = *change;
        let work = async {
            let mut held = self.begin().await?;
            let changed = sqlx::query(
                "UPDATE users SET password_hash = $1, updated_at = $2, devices_revision = devices_revision + 1 \
                 WHERE id = $3 AND password_hash = $4 AND deleted_at IS NULL",
            )
            .bind(new_hash)
            .bind(kept.now)
            .bind(account.person.id)
            .bind(&account.password_hash)
            .execute(&mut *held)
            .await?;
            if changed.rows_affected() == 0 {
                held.rollback().await?;
                return Ok(None);
            }
            let ended: Vec<_> = sqlx::query_scalar("DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id")
                .bind(account.person.id)
                .bind(kept.session)
                .fetch_all(&mut *held)
                .await?;
            let links = sqlx::query("DELETE FROM export_links WHERE user_id = $1").bind(account.person.id);
            links.execute(&mut *held).await?;
            let renewed = if rotates { renew(&mut held, kept).await? } else { None };
            self.commit_ended(held, account.person.id, &ended).await?;
            Ok(Some(Changed { ended, renewed }))
        };
        self.within(work).await
    }
}

impl FromRow<'_, AnyRow> for Account {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let (email, password_hash) = (row.try_get("email")?, row.try_get("password_hash")?);
        Ok(Self { person: Person::from_row(row)?, email, password_hash })
    }
}
