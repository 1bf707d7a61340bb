//! `/profile/privacy`: what others see of you.

use poem_openapi::{Object, OpenApi, payload::Json, types::Example};

use super::{
    Tag,
    caller::Authorized,
    input::{AppData, Input},
};
use crate::{error::Result, model::Privacy, protocol::UpdatePrivacy, service::privacy};

pub(super) struct PrivacyApi;

/// What others see of you, and you of them.
#[derive(Object)]
#[oai(example, rename = "Privacy", rename_all = "camelCase")]
struct PrivacyReply {
    /// Whether others see when you are online, and you see it of them.
    presence: bool,
    /// Whether others see how far you have read, and you see it of them.
    read_receipts: bool,
}

impl From<Privacy> for PrivacyReply {
    fn from(Privacy { presence, read_receipts }: Privacy) -> Self {
        Self { presence, read_receipts }
    }
}

impl Example for PrivacyReply {
    fn example() -> Self {
        Self { presence: true, read_receipts: false }
    }
}

#[OpenApi(tag = "Tag::Accounts")]
impl PrivacyApi {
    /// Read your privacy settings
    #[oai(path = "/profile/privacy", method = "get", operation_id = "read_privacy")]
    async fn read(&self, app: AppData<'_>, caller: Authorized) -> Result<Json<PrivacyReply>> {
        Ok(Json(privacy::read(&app, caller.0).await?.into()))
    }

    /// Change your privacy settings
    ///
    /// A missing field stays as it is. Both settings work both ways. With `presence` off you read as offline to everybody
    /// at once, without a last time, and nobody's presence or typing is shown to you, nor yours to them. With
    /// `readReceipts` off nobody sees how far you have read, and you do not see it of others; with it on again, the
    /// present value is shown.
    #[oai(path = "/profile/privacy", method = "patch", operation_id = "update_privacy")]
    async fn update(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        change: Input<UpdatePrivacy>,
    ) -> Result<Json<PrivacyReply>> {
        Ok(Json(privacy::update(&app, caller.0, change.0).await?.into()))
    }
}
