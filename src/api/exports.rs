//! `/export`: downloading your own data.

use poem::Body;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::Query,
    payload::{Binary, Json},
    types::Example,
};

use super::{
    PREFIX, Tag,
    caller::Authorized,
    input::{AppData, Raw, query},
    reply::Created,
};
use crate::{
    error::Result,
    protocol::LinkToken,
    service::export::{self, Link, Streamed},
};

pub(super) struct ExportsApi;

/// A link that downloads your data once.
#[derive(Object)]
#[oai(example, rename_all = "camelCase")]
struct ExportLink {
    /// A text for users.
    message: String,
    /// The path and query to `GET`, without a token in the headers.
    link: String,
    /// When the link expires: RFC 3339, UTC.
    expires_at: String,
}

impl From<Link> for ExportLink {
    fn from(Link { secret, expires_at }: Link) -> Self {
        Self {
            message: "Your download is ready".into(),
            link: format!("{PREFIX}/export?token={secret}"),
            expires_at: expires_at.to_string(),
        }
    }
}

impl Example for ExportLink {
    fn example() -> Self {
        Self {
            message: "Your download is ready".into(),
            link: "/api/export?token=6f1d0c2b7a9e48d3b5f0a1c8e7d6b4f36f1d0c2b7a9e48d3b5f0a1c8e7d6b4f3".into(),
            expires_at: "2026-01-31T18:40:00.000Z".into(),
        }
    }
}

/// A file to save.
#[derive(ApiResponse)]
enum Download {
    /// A zip with `README.txt`, which explains the other files: JSON, and JSON Lines in UTF-8.
    #[oai(status = 200, content_type = "application/zip")]
    Archive(
        Binary<Body>,
        /// The name of the file.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

impl From<Streamed> for Download {
    fn from(export: Streamed) -> Self {
        let disposition = format!("attachment; filename=\"{}\"", export.name);
        Self::Archive(Binary(Body::from_bytes_stream(export.into_bytes())), disposition)
    }
}

/// The link works.
#[derive(ApiResponse)]
enum Works {
    /// The link works.
    #[oai(status = 200)]
    Works,
}

#[OpenApi(tag = "Tag::Accounts")]
impl ExportsApi {
    /// Make a link to download your data
    ///
    /// The link downloads everything that is stored about you. It works once, for ten minutes, and no longer than your
    /// session and your current password. A new link replaces the earlier one. 403 with the code `confirm_required` if
    /// the session must confirm first (`POST /auth/confirm`), which every session must, unless `auth.confirm` is `never`;
    /// 429 after `limits.exports_per_hour` links; 503 while your own export, or four of other people, are running.
    #[oai(path = "/export", method = "post", operation_id = "create_export")]
    async fn create(&self, app: AppData<'_>, caller: Authorized) -> Result<Created<ExportLink>> {
        Ok(Created::Done(Json(export::create_link(&app, caller.0).await?.into())))
    }

    /// Download your data
    ///
    /// Needs no token in the headers: a browser can save it as a file. The zip is made while you download it. If the
    /// download is cut off, the archive is not complete: make a new link, the used one no longer works. The download ends
    /// with your session, and if your client takes longer than 30 seconds for 64 KiB. 404 with the code `link_not_found`
    /// for a link that was used, has expired or was replaced; 503 while your own export, or four of other people, are
    /// running: the link is then not used.
    #[oai(path = "/export", method = "get", operation_id = "download_export")]
    async fn download(&self, app: AppData<'_>, token: Query<Raw<LinkToken>>) -> Result<Download> {
        let request = query(&app, &[("token", token.0.text())])?;
        Ok(export::download(&app, &request).await?.into())
    }

    /// Check a link
    ///
    /// Whether the link works, without using it: 404 if it does not.
    #[oai(path = "/export", method = "head", operation_id = "check_export")]
    async fn check(&self, app: AppData<'_>, token: Query<Raw<LinkToken>>) -> Result<Works> {
        let request = query(&app, &[("token", token.0.text())])?;
        export::check_link(&app, &request).await?;
        Ok(Works::Works)
    }
}
