//! JSON Schemas: of params from their fields, of everything else from the types that the server sends.

use std::collections::BTreeSet;

use schemars::{Schema as JsonSchema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value, json};

use super::catalogue::{self, Broadcast, Shape, Topic};
use crate::protocol::{FieldSchema, Kind, MAX_REQUEST_ID, Protocol, Schema};

/// The place of schemas in the document.
const PLACE: &str = "/components/schemas";

/// Collects the schemas of what the server sends.
pub(super) fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft07().for_serialize().with(|settings| settings.definitions_path = PLACE.into());
    settings.with_transform(RecursiveTransform(forget_width)).into_generator()
}

/// Clients need not know which type of integer the server uses.
fn forget_width(schema: &mut JsonSchema) {
    if schema
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| format.starts_with(['i', 'u']) && format != "uuid")
    {
        schema.remove("format");
        schema.remove("minimum");
    }
}

/// A reference to a schema by its name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#{PLACE}/{name}") })
}

/// The name of a type in generated code: `auth.typing.request` becomes `AuthTypingRequest`.
pub(super) fn type_name(key: &str) -> String {
    let mut starts = true;
    let letters = key.chars().filter_map(|letter| {
        let starts_word = std::mem::replace(&mut starts, letter == '.');
        (letter != '.').then(|| if starts_word { letter.to_ascii_uppercase() } else { letter })
    });
    letters.collect()
}

/// The name of the schema of a request's params. If both protocols have the same params, they share the schema.
pub(super) fn params_name(kind: Kind, protocol: Protocol) -> String {
    let name = kind.params().map_or("", |(name, _)| name);
    let is_shared = kind.fields().iter().all(|field| !field.extended) || kind.protocol() == Protocol::Hearth;
    if is_shared { name.into() } else { type_name(&format!("{}.{name}", protocol.name())) }
}

/// The params of a request.
pub(super) fn params(kind: Kind, protocol: Protocol) -> Value {
    object(&catalogue::params(kind, protocol), kind.params().map_or("", |(_, about)| about))
}

fn object(fields: &[FieldSchema], about: &str) -> Value {
    let required: Vec<_> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let properties: Map<_, _> = fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !about.is_empty() {
        schema["description"] = about.into();
    }
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(field: &FieldSchema) -> Value {
    let mut property = value(&field.schema);
    if !field.required {
        property["type"] = json!([field.schema.kind, "null"]);
    }
    property["description"] = field.meaning().into();
    property
}

fn value(schema: &Schema) -> Value {
    let mut value = match schema.kind {
        "object" => object(&schema.keys, ""),
        "array" => json!({ "type": "array", "items": items(schema) }),
        kind => json!({ "type": kind }),
    };
    let (min, max) = match schema.kind {
        "integer" => ("minimum", "maximum"),
        "array" => ("minItems", "maxItems"),
        _ => ("minLength", "maxLength"),
    };
    let bounds = [
        ("format", schema.format.map(Value::from)),
        (min, schema.min.map(Value::from)),
        (max, schema.max.map(Value::from)),
        ("pattern", schema.pattern.map(Value::from)),
        ("enum", (!schema.values.is_empty()).then(|| json!(schema.values))),
    ];
    for (key, bound) in bounds.into_iter().filter_map(|(key, bound)| Some((key, bound?))) {
        value[key] = bound;
    }
    value["examples"] = json!([schema.example]);
    value
}

/// An array's items: objects with these keys, or ids.
fn items(schema: &Schema) -> Value {
    if schema.keys.is_empty() { json!({ "type": "string", "format": "uuid" }) } else { object(&schema.keys, "") }
}

/// The frame of a request.
pub(super) fn request(kind: Kind, protocol: Protocol) -> Value {
    let params = reference(&params_name(kind, protocol));
    let mut request = json!({
        "type": "object",
        "required": ["type", "params"],
        "properties": { "type": { "const": kind.name() }, "params": params },
    });
    if protocol == Protocol::Hearth {
        request["properties"]["id"] = request_id();
    }
    request
}

fn request_id() -> Value {
    json!({
        "type": ["string", "integer"],
        "maxLength": MAX_REQUEST_ID,
        "description": "The client's id for the request. The answer has the same one.",
    })
}

/// The frame of the answer to a request that succeeded.
pub(super) fn answer(topic: &Topic, protocol: Protocol, schemas: &mut SchemaGenerator) -> Value {
    let item = item(topic.item, schemas);
    let data = match topic.row {
        Some(row) => {
            json!({ "type": "array", "items": (row.schema)(schemas), "description": "The rows; empty if there are none." })
        }
        None => nothing(),
    };
    let mut answer = success(topic.kind.name(), item, data, false);
    if protocol == Protocol::Hearth {
        answer["properties"]["id"] = request_id();
    }
    answer
}

/// The frame of broadcasts of this type.
pub(super) fn broadcast(kind: Kind, broadcasts: &[Broadcast], schemas: &mut SchemaGenerator) -> Value {
    let mut items: Vec<_> = broadcasts.iter().map(|sent| item(Some(sent.item), schemas)).collect();
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.to_string()));
    let item = match <[Value; 1]>::try_from(items) {
        Ok([item]) => item,
        Err(items) => json!({ "anyOf": items, "description": "One of these, depending on the cause." }),
    };
    success(kind.name(), item, nothing(), true)
}

/// The frame of the answer to a request that failed.
pub(super) fn refusal(protocol: Protocol) -> Value {
    let known = catalogue::topics(protocol).into_iter().map(|topic| topic.kind.name());
    let mut refusal = json!({
        "type": "object",
        "description": "The request was not carried out, and nothing has changed. The connection stays open.",
        "required": ["error", "type", "message", "code"],
        "properties": {
            "error": { "const": true },
            "type": {
                "type": "string",
                "description": "As in the request; `processor` if the frame was not a request of a known type.",
                "enum": known.chain(["processor"]).collect::<Vec<_>>(),
            },
            "message": { "type": "string", "description": "For people. It names every invalid param and its bounds." },
            "code": { "type": "string", "description": "For programs: stays the same when the message changes." },
        },
    });
    if protocol == Protocol::Hearth {
        refusal["properties"]["id"] = request_id();
    }
    refusal
}

fn success(kind: &str, item: Value, data: Value, is_broadcast: bool) -> Value {
    json!({
        "type": "object",
        "required": ["type", "success", "params"],
        "properties": {
            "type": { "const": kind },
            "success": { "const": true },
            "params": {
                "type": "object",
                "required": ["item", "data", "isBroadcast"],
                "properties": { "item": item, "data": data, "isBroadcast": { "const": is_broadcast } },
            },
        },
    })
}

fn item(shape: Option<Shape>, schemas: &mut SchemaGenerator) -> Value {
    shape.map_or_else(nothing, |shape| (shape.schema)(schemas).into())
}

fn nothing() -> Value {
    json!({ "type": "null", "description": "Always null in this frame." })
}
