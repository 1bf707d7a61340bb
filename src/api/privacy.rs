//! `/profile/privacy`: your privacy settings.

use poem_openapi::{Object, OpenApi, payload::Json, types::Example};

use super::{
    Tag,
    caller::Authorized,
    input::{AppData, Input},
};
use crate::{error::Result, model::Privacy, protocol::UpdatePrivacy, service::privacy};

pub(super) struct PrivacyApi;

/// Your privacy settings. Each works both ways.
#[derive(Object)]
#[oai(example, rename = "Privacy", rename_all = "camelCase")]
struct PrivacyReply {
    /// Whether others see when you are online, and you see when they are.
    presence: bool,
    /// Whether others see how far you have read, and you see how far they have.
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
    /// A missing field stays unchanged. Both settings work both ways. With `presence` off, others see you as offline at
    /// once, without a last-seen time; you see nobody's presence or typing, and nobody sees yours. With `readReceipts`
    /// off, nobody sees how far you have read, and you do not see how far others have. When you turn it on again, the
    /// current value is shown.
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
