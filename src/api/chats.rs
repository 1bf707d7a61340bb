//! What is done to chats over REST.

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

/// That the group is there.
#[derive(Object)]
#[oai(example, rename_all = "camelCase")]
struct GroupCreated {
    /// The HTTP status once more, for existing clients.
    status_code: u16,
    /// A text for people.
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
    /// Group, membership and the first notice, all or nothing; the caller becomes the owner. Both ids are made by the
    /// client: the same request again has the same answer and changes nothing. 409 if the group's id is taken.
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

    /// Delete a dialog for oneself
    ///
    /// Hides all that was said so far; the other side keeps it. A later message brings the dialog back with what is
    /// new. Without such a dialog there is nothing to do, and the answer is the same.
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
