//! Converts our own and poem's failures into one body: `{"message", "code", "errors"}`.

use poem::{
    Response,
    error::{CorsError, MethodNotAllowedError, NotFoundError, ResponseError, SizedLimitError},
    http::{Method, StatusCode, header},
};
use poem_openapi::{
    ApiResponse, Object,
    error::ContentTypeError,
    registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry},
    types::{Example, ToJSON, Type},
};
use serde::Serialize;

use super::{caller::Token, input::EncodedBody};
use crate::error::{Error, Fault, Kind, seconds};

/// Why a request failed.
#[derive(Object, Serialize)]
#[oai(example, rename = "Failure")]
struct Body {
    /// A text for users: what was wrong, and the limit it broke.
    message: String,
    /// A word for programs, which stays the same when the text changes.
    code: String,
    /// For invalid requests: all faults at once.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<FaultBody>>,
}

/// A fault of one field.
#[derive(Object, Serialize)]
#[oai(rename = "Fault")]
struct FaultBody {
    /// The field.
    path: String,
    /// What it must be. Continues a sentence that begins with the field's name.
    message: String,
}

impl Example for Body {
    fn example() -> Self {
        Self::of(&Error::Invalid(vec![Fault::new("firstName", "must be 1 to 64 characters long, not 0")]))
    }
}

impl Body {
    fn of(error: &Error) -> Self {
        let faults = error
            .faults()
            .iter()
            .map(|Fault { path, message }| FaultBody { path: path.clone(), message: message.clone() });
        let errors = faults.collect::<Vec<_>>();
        Self {
            message: error.to_string(),
            code: error.code().to_owned(),
            errors: (!errors.is_empty()).then_some(errors),
        }
    }

    fn simple(message: &str, code: &str) -> Self {
        Self { message: message.to_owned(), code: code.to_owned(), errors: None }
    }
}

/// The `Retry-After` of a busy server, in seconds.
const RETRY_UNAVAILABLE: u64 = 5;

/// The response to a failed request.
pub fn answer(error: &Error) -> Response {
    error.log();
    let status = status(error);
    let mut response = respond(status, &Body::of(error));
    let headers = response.headers_mut();
    match error {
        Error::TooMany(wait) | Error::OverBudget { wait, .. } | Error::TooManyExports { wait, .. } => {
            drop(headers.insert(header::RETRY_AFTER, seconds(*wait).into()));
        }
        Error::Unavailable(_) | Error::DiskFull | Error::ReadOnly => {
            drop(headers.insert(header::RETRY_AFTER, RETRY_UNAVAILABLE.into()));
        }
        _ if status == StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

/// Converts an endpoint's failure into a response. `allowed` lists the path's methods, for 405.
pub(super) fn catch(result: poem::Result<Response>, allowed: Option<&str>) -> Response {
    let error = match result {
        Ok(response) => return response,
        Err(error) => error,
    };
    if let Some(error) = error.downcast_ref::<Error>() {
        return answer(error);
    }
    if error.is::<NotFoundError>() {
        return not_found();
    }
    if error.is::<MethodNotAllowedError>() {
        return method_not_allowed(allowed.unwrap_or_default());
    }
    if error.is::<ContentTypeError>() {
        let message = "The body must be JSON, with Content-Type: application/json";
        return respond(StatusCode::UNSUPPORTED_MEDIA_TYPE, &Body::simple(message, "not_json"));
    }
    if error.is::<EncodedBody>() {
        return respond(StatusCode::UNSUPPORTED_MEDIA_TYPE, &Body::simple(&error.to_string(), "encoded"));
    }
    if error.status() == StatusCode::REQUEST_TIMEOUT {
        let message = "The body did not arrive in 30 seconds";
        return respond(StatusCode::REQUEST_TIMEOUT, &Body::simple(message, "too_slow"));
    }
    if error.is::<SizedLimitError>() {
        let message = "The body must not be larger than 100 KiB";
        return respond(StatusCode::PAYLOAD_TOO_LARGE, &Body::simple(message, "too_large"));
    }
    if error.is::<CorsError>() {
        let message = "Pages of other origins may not send this request: its method or a header is not allowed";
        return respond(StatusCode::FORBIDDEN, &Body::simple(message, "preflight"));
    }
    match error.status() {
        status if status.is_client_error() => respond(status, &Body::simple(&error.to_string(), "invalid")),
        _ => answer(&Error::Internal(error.to_string().into())),
    }
}

/// The response for an unknown path, or one whose escapes are not UTF-8.
pub fn not_found() -> Response {
    respond(StatusCode::NOT_FOUND, &Body::simple("Unknown path", "not_found"))
}

/// The response to a method that the path does not support.
pub fn method_not_allowed(allowed: &str) -> Response {
    let message = format!("This path only supports {allowed}");
    let mut response = respond(StatusCode::METHOD_NOT_ALLOWED, &Body::simple(&message, "method_not_allowed"));
    if let Ok(allowed) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

fn respond(status: StatusCode, body: &Body) -> Response {
    Response::builder().status(status).content_type("application/json; charset=utf-8").body(body.to_json_string())
}

fn status(error: &Error) -> StatusCode {
    match error.kind() {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthorized => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl ResponseError for Error {
    fn status(&self) -> StatusCode {
        status(self)
    }
}

/// The failures that any endpoint may respond with, for the documentation.
impl ApiResponse for Error {
    fn meta() -> MetaResponses {
        let rows = [
            (400, "The request is invalid, or the email or password in it is wrong."),
            (401, "The token is missing, invalid, expired or revoked."),
            (403, "The user is not allowed to do this, or no storage is left (`storage_full`)."),
            (409, "Something with this email or id already exists."),
            (413, "The body is larger than 100 KiB."),
            (415, "The body is not JSON, or is compressed."),
            (429, "Too many requests."),
            (500, "The server failed. Its log has the cause."),
            (
                503,
                "The database does not answer, its disk is full or almost full (`disk_full`), or the server is overloaded.",
            ),
        ];
        let retry_after = || MetaHeader {
            name: "Retry-After".into(),
            description: Some("Seconds to wait.".into()),
            required: true,
            deprecated: false,
            schema: u64::schema_ref(),
        };
        let response = |(status, description): (u16, &'static str)| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: "application/json; charset=utf-8",
                schema: Body::schema_ref(),
            }],
            headers: if matches!(status, 429 | 503) { vec![retry_after()] } else { Vec::new() },
        };
        MetaResponses { responses: rows.into_iter().map(response).collect() }
    }

    fn register(registry: &mut Registry) {
        Body::register(registry);
    }
}

/// The operations of every path, from the document.
pub(super) struct Operations(Vec<(String, Vec<(String, Token)>)>);

impl Operations {
    pub(super) fn of(document: &str) -> Self {
        let document: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
        let paths = document["paths"].as_object().into_iter().flatten();
        let row = |(path, operations): (&String, &serde_json::Value)| {
            let operations = operations.as_object().into_iter().flatten();
            let operations = operations.map(|(method, operation)| (method.to_uppercase(), Token::of(operation)));
            (path.clone(), operations.collect())
        };
        Self(paths.map(row).collect())
    }

    /// The methods of a path, such as `GET, POST`; `None` for an unknown path.
    pub(super) fn allowed(&self, path: &str) -> Option<String> {
        let operations = self.of_path(path)?;
        Some(operations.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>().join(", "))
    }

    /// The token that a request needs; none if the operation does not exist.
    pub(super) fn token(&self, path: &str, method: &Method) -> Token {
        // Every GET endpoint also serves HEAD.
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let operations = self.of_path(path).unwrap_or_default();
        operations.iter().find(|(known, _)| known == method.as_str()).map_or(Token::None, |(_, token)| *token)
    }

    fn of_path(&self, path: &str) -> Option<&[(String, Token)]> {
        let fits = |(known, given): (&str, &str)| known == given || known.starts_with('{') && !given.is_empty();
        let same = |known: &str| {
            known.split('/').count() == path.split('/').count() && known.split('/').zip(path.split('/')).all(fits)
        };
        self.0.iter().find(|(known, _)| same(known)).map(|(_, operations)| operations.as_slice())
    }
}
