//! Users created directly in the store, because sign-up and login hash a password, which most tests do not need.

use hearth::{
    auth::{Grant, Passwords, Source, Tokens},
    model::{Person, SessionId, Timestamp, UserId},
    store::{Account, NewSession, Store},
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{PASSWORD, TestServer, User};

static HASH: OnceCell<String> = OnceCell::const_new();

impl TestServer {
    /// Logged-in users `Name` with the email `name@example.org`.
    pub async fn people<const N: usize>(&self, names: [&str; N]) -> [User; N] {
        let named = names.map(|name| (name.to_owned(), String::new(), format!("{}@example.org", name.to_lowercase())));
        let people = self.log_in_as(named.into()).await;
        people.try_into().unwrap_or_else(|_| unreachable!("as many as named"))
    }

    /// Logged-in users with these first and last names, whose emails are numbers.
    pub async fn people_called(&self, names: &[(&str, &str)]) -> Vec<User> {
        let email = || format!("{}@people.example", Uuid::new_v4().as_u128());
        self.log_in_as(names.iter().map(|(first, last)| ((*first).into(), (*last).into(), email())).collect()).await
    }

    /// Logged-in users with these first names, last names and emails.
    async fn log_in_as(&self, named: Vec<(String, String, String)>) -> Vec<User> {
        let store = self.store();
        let secret = match &self.config.auth.secret {
            kept if kept.is_empty() => {
                store.setting("signing_secret", &[0; 32]).await.expect("the server has made its secret")
            }
            configured => configured.clone().into_bytes(),
        };
        let tokens = Tokens::new(&secret, self.config.auth.token_hours);
        let hash = HASH
            .get_or_init(async || Passwords::start().hash(PASSWORD.to_owned(), Source::Program).await.expect("a hash"));
        let password_hash = hash.await.clone();
        let mut people = Vec::new();
        for (first_name, last_name, email) in named {
            let person = Person { id: UserId(Uuid::now_v7()), first_name, last_name };
            let account = Account { person, email, password_hash: password_hash.clone() };
            let token = log_in(store, &tokens, &account).await;
            let Account { person, email, .. } = account;
            let api = self.next_api().with_token(&token);
            people.push(User { id: person.id.to_string(), name: person.first_name, email, token, api });
        }
        people
    }
}

impl TestServer {
    /// Starts another session of a user, whose token is discarded.
    pub async fn begins_session(&self, person: &User) {
        let account = self.store().account_by_email(&person.email).await.expect("the database answers");
        let (now, id) = (Timestamp::now(), SessionId(Uuid::now_v7()));
        let session = NewSession {
            id,
            user_agent: "tests",
            now,
            expires_at: now.plus_millis(3_600_000),
            can_confirm: false,
            is_new_device: false,
        };
        let account = account.expect("the person has an account");
        assert!(self.store().add_session(&account, &session).await.expect("the database answers"));
    }
}

async fn log_in(store: &Store, tokens: &Tokens, account: &Account) -> String {
    let (now, id) = (Timestamp::now(), SessionId(Uuid::now_v7()));
    store.add_user(account, now).await.expect("the email is free");
    let expires_at = tokens.expiry(now);
    let session = NewSession { id, user_agent: "tests", now, expires_at, can_confirm: false, is_new_device: false };
    assert!(store.add_session(account, &session).await.expect("the database answers"));
    let grant = Grant { session: id, generation: 0, now, session_ends_at: expires_at };
    tokens.sign(&account.person, &account.email, grant).expect("claims can be signed")
}
