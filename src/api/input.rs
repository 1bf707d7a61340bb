//! Parses JSON bodies and query parameters into checked requests, and reports all faults at once.

use std::{borrow::Cow, time::Duration};

use poem::{
    Body, Request as HttpRequest, RequestBody,
    error::{ReadBodyError, ResponseError, SizedLimitError},
    http::{HeaderValue, StatusCode, header},
    web::Data,
};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    error::ContentTypeError,
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry},
    types::{ParseFromParameter, ParseResult, Type},
};
use serde_json::{Map, Value};

use crate::{
    error::{Error, Fault},
    protocol::{Bounds, Field, Request, Schema, json},
    service::App,
};

/// The largest body, in bytes.
const MAX_BODY: usize = 100 * 1024;
/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A body that passed every check.
pub(super) struct Input<T>(pub(super) T);

impl<'a, T: Request + Send + 'static> ApiExtractor<'a> for Input<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_schema::<Json<Value>, _>(T::NAME.into(), |_| object_schema::<T>());
    }

    fn request_meta() -> Option<MetaRequest> {
        let schema = MetaSchemaRef::Reference(T::NAME.into());
        let content = vec![MetaMediaType { content_type: Json::<String>::CONTENT_TYPE, schema }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        request: &'a HttpRequest,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let Some(content_type) = request.content_type() else { return Err(ContentTypeError::ExpectContentType.into()) };
        if !Json::<String>::check_content_type(content_type) {
            return Err(ContentTypeError::NotSupported { content_type: content_type.to_owned() }.into());
        }
        let bytes = body.take()?.into_vec().await?;
        let invalid = |message: String| Error::Invalid(vec![Fault::new("body", message)]);
        let value = json::parse(&bytes).map_err(|error| invalid(format!("must be JSON: {error}")))?;
        let Value::Object(object) = value else { return Err(invalid("must be a JSON object".into()).into()) };
        Ok(Self(check(&object, bounds(request)?)?))
    }
}

/// A query parameter as it was sent; [`query`] checks all of them together.
pub(super) struct Raw<T> {
    text: Option<String>,
    field: std::marker::PhantomData<fn() -> T>,
}

impl<T: Field> Type for Raw<T> {
    const IS_REQUIRED: bool = T::REQUIRED;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "parameter".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(field_schema(T::schema())))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl<T: Field> ParseFromParameter for Raw<T> {
    fn parse_from_parameter(text: &str) -> ParseResult<Self> {
        Ok(Self { text: Some(text.to_owned()), field: std::marker::PhantomData })
    }

    fn parse_from_parameters<I: IntoIterator<Item = A>, A: AsRef<str>>(texts: I) -> ParseResult<Self> {
        let text = texts.into_iter().next().map(|text| text.as_ref().to_owned());
        Ok(Self { text, field: std::marker::PhantomData })
    }
}

/// Parses query parameters into a checked request.
pub(super) fn query<T: Request>(app: &App, parameters: &[(&str, Option<&str>)]) -> Result<T, Error> {
    let given = parameters.iter().filter_map(|(name, text)| Some(((*name).to_owned(), Value::from((*text)?))));
    check(&given.collect(), app.bounds)
}

impl<T> Raw<T> {
    /// The text that the client sent.
    pub(super) fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

fn check<T: Request>(object: &Map<String, Value>, bounds: Bounds) -> Result<T, Error> {
    T::read(object, bounds).map_err(Error::Invalid)
}

fn bounds(request: &HttpRequest) -> poem::Result<Bounds> {
    let app = request.data::<std::sync::Arc<App>>();
    Ok(app.map(|app| app.bounds).ok_or_else(|| Error::Internal("no application".into()))?)
}

fn object_schema<T: Request>() -> MetaSchema {
    let fields = T::fields();
    let example = fields.iter().map(|field| (field.name.to_owned(), field.schema.example.clone()));
    MetaSchema {
        required: fields.iter().filter(|field| field.required).map(|field| field.name).collect(),
        example: Some(Value::Object(example.collect())),
        properties: fields
            .into_iter()
            .map(|field| (field.name, MetaSchemaRef::Inline(Box::new(field_schema(field.schema)))))
            .collect(),
        ..MetaSchema::new("object")
    }
}

fn field_schema(field: Schema) -> MetaSchema {
    let Schema { kind, format, min, max, pattern, description, example, .. } = field;
    let pattern = pattern.map(str::to_owned);
    let schema =
        MetaSchema { format, pattern, description: Some(description), example: Some(example), ..MetaSchema::new(kind) };
    #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
    let number = |bound: Option<usize>| bound.map(|bound| bound as f64);
    match kind {
        "integer" => MetaSchema { minimum: number(min), maximum: number(max), ..schema },
        _ => MetaSchema { min_length: min, max_length: max, ..schema },
    }
}

/// The body is compressed or otherwise encoded.
#[derive(Debug)]
pub(super) struct EncodedBody;

impl std::fmt::Display for EncodedBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("The body must not be compressed: the only Content-Encoding is identity")
    }
}

impl std::error::Error for EncodedBody {}

impl ResponseError for EncodedBody {
    fn status(&self) -> StatusCode {
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    }
}

/// Reads the body, up to its limit, before anything else.
pub(super) async fn limit_body(mut request: HttpRequest) -> poem::Result<HttpRequest> {
    let encodings = request.headers().get_all(header::CONTENT_ENCODING).iter();
    let is_plain = |value: &HeaderValue| value.is_empty() || value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !encodings.into_iter().all(is_plain) {
        return Err(EncodedBody.into());
    }
    let body = tokio::time::timeout(BODY_TIMEOUT, request.take_body().into_bytes_limit(MAX_BODY)).await;
    let body = match body {
        Ok(Ok(body)) => body,
        Ok(Err(ReadBodyError::PayloadTooLarge)) => return Err(SizedLimitError::PayloadTooLarge.into()),
        Ok(Err(_)) => {
            let message = "must be sent whole: it was cut off, or its chunks are malformed";
            return Err(Error::Invalid(vec![Fault::new("body", message)]).into());
        }
        Err(_) => return Err(poem::Error::from_status(StatusCode::REQUEST_TIMEOUT)),
    };
    request.set_body(Body::from(body));
    Ok(request)
}

/// The application as a parameter of handlers.
pub(super) type AppData<'a> = Data<&'a std::sync::Arc<App>>;
