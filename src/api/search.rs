//! `/use-cases/search` and `/use-cases/search-users`.

use poem_openapi::{Object, OpenApi, param::Query, payload::Json, types::Example};

use super::{
    Tag,
    caller::Authorized,
    input::{AppData, Raw, query},
};
use crate::{
    error::Result,
    model::{Found, GroupId},
    protocol::{SearchLimit, SearchText},
    service::search,
};

pub(super) struct SearchApi;

/// A user or a group; the keys of the other kind are null.
#[derive(Object, Default)]
#[oai(rename_all = "camelCase", nullable_all)]
struct FoundRow {
    /// The user's id.
    user_id: Option<String>,
    /// The user's first name.
    first_name: Option<String>,
    /// The user's last name; empty if there is none.
    last_name: Option<String>,
    /// The user's email; empty if it is hidden.
    email: Option<String>,
    /// The group's id.
    group_id: Option<String>,
    /// The group's name.
    group_name: Option<String>,
}

/// A user.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
struct FoundUser {
    /// The user's id.
    user_id: String,
    /// Never empty.
    first_name: String,
    /// Empty if there is none.
    last_name: String,
    /// As written at sign-up; empty if it is hidden.
    email: String,
}

/// Results by rank, then by name.
#[derive(Object)]
#[oai(example)]
struct FoundRows {
    /// At most `limit` results.
    data: Vec<FoundRow>,
}

/// Results by rank, then by name.
#[derive(Object)]
#[oai(example)]
struct FoundUsers {
    /// At most `limit` results.
    data: Vec<FoundUser>,
}

impl From<Found> for FoundRow {
    fn from(found: Found) -> Self {
        match found {
            Found::User { person, email } => Self {
                user_id: Some(person.id.to_string()),
                first_name: Some(person.first_name),
                last_name: Some(person.last_name),
                email: Some(email),
                ..Self::default()
            },
            Found::Group { id, name } => {
                Self { group_id: Some(id.to_string()), group_name: Some(name), ..Self::default() }
            }
        }
    }
}

impl FoundUser {
    fn of(found: Found) -> Option<Self> {
        match found {
            Found::User { person, email } => Some(Self {
                user_id: person.id.to_string(),
                first_name: person.first_name,
                last_name: person.last_name,
                email,
            }),
            Found::Group { .. } => None,
        }
    }
}

fn ada() -> FoundUser {
    FoundUser {
        user_id: "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        email: "ada@example.org".into(),
    }
}

impl Example for FoundRows {
    fn example() -> Self {
        let FoundUser { user_id, first_name, last_name, email } = ada();
        let user = FoundRow {
            user_id: Some(user_id),
            first_name: Some(first_name),
            last_name: Some(last_name),
            email: Some(email),
            ..FoundRow::default()
        };
        let group = FoundRow {
            group_id: Some("5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11".into()),
            group_name: Some("Adventures".into()),
            ..FoundRow::default()
        };
        Self { data: vec![user, group] }
    }
}

impl Example for FoundUsers {
    fn example() -> Self {
        Self { data: vec![ada()] }
    }
}

#[OpenApi(prefix_path = "/use-cases", tag = "Tag::Search")]
impl SearchApi {
    /// Search for users and your groups
    ///
    /// Finds other users whose names or email contain every word, and your groups whose names do, ignoring case. Users
    /// are ranked by match: the first name begins with the first word, the last name begins with it, the first name
    /// contains it, the last name contains it, only the email matches. Groups: the name begins with the whole text, or
    /// contains the words. At the same rank, users come before groups. By default an email is found and shown only if
    /// the text is the full address; with `directory.emails = "shown"` any part of it matches.
    #[oai(path = "/search", method = "get", operation_id = "search")]
    async fn search(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        #[oai(name = "searchText")] text: Query<Raw<SearchText>>,
        limit: Query<Raw<SearchLimit>>,
    ) -> Result<Json<FoundRows>> {
        let search = query(&app, &[("searchText", text.0.text()), ("limit", limit.0.text())])?;
        let found = search::all(&app, caller.0, search).await?;
        Ok(Json(FoundRows { data: found.into_iter().map(FoundRow::from).collect() }))
    }

    /// Search for users who are not in a group
    ///
    /// For members of the group, to find users they could add. 403 for anyone else.
    #[oai(path = "/search-users", method = "get", operation_id = "search_users")]
    async fn search_users(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        #[oai(name = "searchText")] text: Query<Raw<SearchText>>,
        #[oai(name = "groupId")] group: Query<Raw<GroupId>>,
        limit: Query<Raw<SearchLimit>>,
    ) -> Result<Json<FoundUsers>> {
        let parameters = [("searchText", text.0.text()), ("groupId", group.0.text()), ("limit", limit.0.text())];
        let found = search::users(&app, caller.0, query(&app, &parameters)?).await?;
        Ok(Json(FoundUsers { data: found.into_iter().filter_map(FoundUser::of).collect() }))
    }
}
