//! Changes of chats over REST.

use poem_openapi::{Object, OpenApi, payload::Json, types::Example};

use super::{
    Tag,
    caller::Authorized,
    input::{AppData, Input},
    reply::DialogHidden,
};
use crate::{
    error::Result,
    protocol::{CreateGroup, MarkAsDeleted},
    service,
};

pub(super) struct Chats;

/// The group was created.
#[derive(Object)]
#[oai(example, rename_all = "camelCase")]
struct GroupCreated {
    /// The HTTP status, repeated for existing clients.
    status_code: u16,
    /// A text for users.
    message: String,
}

impl Example for GroupCreated {
    fn example() -> Self {
        Self { status_code: 200, message: "Create group succes".into() }
    }
}

#[OpenApi(prefix_path = "/use-cases", tag = "Tag::Chats")]
impl Chats {
    /// Create a group
    ///
    /// Creates the group, your membership as its owner, and the first notice; all or nothing. The client makes both
    /// ids: repeating the request gives the same response and changes nothing. 409 if the group's id is taken.
    #[oai(path = "/create-group", method = "post", operation_id = "create_group")]
    async fn create_group(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        new: Input<CreateGroup>,
    ) -> Result<Json<GroupCreated>> {
        service::change(&app, caller.0, new.0).await?;
        Ok(Json(GroupCreated::example()))
    }

    /// Delete a dialog for yourself
    ///
    /// Hides all messages so far from you; the other side keeps them. A later message brings the dialog back with only
    /// the new messages. If there is no such dialog, nothing changes and the response is the same.
    #[oai(path = "/mark-as-deleted", method = "post", operation_id = "mark_as_deleted")]
    async fn mark_as_deleted(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        dialog: Input<MarkAsDeleted>,
    ) -> Result<Json<DialogHidden>> {
        service::change(&app, caller.0, dialog.0).await?;
        Ok(DialogHidden::json())
    }
}
