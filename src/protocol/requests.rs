//! The requests of REST and WebSocket. Each is read from JSON leniently: every fault is found, not just the first;
//! a value of one of these types has passed every check.

use serde_json::{Map, Value};

use super::fields::{Bounds, Field, Schema};
use crate::{
    error::Fault,
    model::{Action, ChatRef},
};

/// What a client asks for, checked.
pub trait Request: Sized {
    /// The schema's name in the documentation.
    const NAME: &'static str;

    /// What it asks for.
    const ABOUT: &'static str;

    /// Reads and checks an object's fields; unknown ones are ignored.
    fn read(object: &Map<String, Value>, bounds: Bounds) -> Result<Self, Vec<Fault>>;

    /// The fields, for the documentation.
    fn fields() -> Vec<FieldSchema>;
}

/// A field of a request, for the documentation.
#[derive(Debug, Clone)]
pub struct FieldSchema {
    /// On the wire.
    pub name: &'static str,
    /// What it is for in this request.
    pub about: &'static str,
    /// Whether it may not be left out.
    pub required: bool,
    /// Whether only the extended protocol knows it.
    pub extended: bool,
    /// Bounds and an example.
    pub schema: Schema,
}

impl FieldSchema {
    /// What it is for, and what its bounds do not say. Of an id the former is enough.
    pub fn meaning(&self) -> String {
        match self.schema.format {
            Some("uuid") if !self.about.is_empty() => self.about.into(),
            _ => format!("{} {}", self.about, self.schema.description).trim_ascii().into(),
        }
    }

    /// A field of this type.
    pub fn of<T: Field>(name: &'static str) -> Self {
        Self { name, about: "", required: T::REQUIRED, extended: T::EXTENDED, schema: T::schema() }
    }
}

/// A request that changes a chat.
pub trait Write: Request {
    /// Which chat, and how.
    fn into_action(self) -> (ChatRef, Action);
}

/// Requests with their fields: `"key" name: Type` is a [`Field`], `name: Type` without a key a [`Part`] of several.
/// After `=>`, with the fields in scope, the chat and the [`Action`] of a [`Write`].
///
/// [`Part`]: super::fields::Part
macro_rules! requests {
    ($($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $field_doc:literal])* $($key:literal)? $field:ident: $type:ty,)*
    } $(=> $write:expr;)?)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: $type,)* }

        impl $crate::protocol::Request for $name {
            const NAME: &'static str = stringify!($name);
            const ABOUT: &'static str = concat!($($doc),*).trim_ascii();

            fn read(
                object: &serde_json::Map<String, serde_json::Value>,
                bounds: $crate::protocol::Bounds,
            ) -> Result<Self, Vec<$crate::error::Fault>> {
                let mut faults = Vec::new();
                $(let $field = requests!(@read [$($key)?] $type, object, bounds, &mut faults);)*
                match ($($field,)*) {
                    ($(Some($field),)*) => Ok(Self { $($field),* }),
                    _ => Err(faults),
                }
            }

            fn fields() -> Vec<$crate::protocol::FieldSchema> {
                [$(requests!(@describe [$($key)?] $type, concat!($($field_doc),*))),*].concat()
            }
        }

        requests!(@write $name [$($field)*] $($write)?);
    )*};
    (@write $name:ident [$($field:ident)*]) => {};
    (@write $name:ident [$($field:ident)*] $write:expr) => {
        impl $crate::protocol::Write for $name {
            fn into_action(self) -> ($crate::model::ChatRef, $crate::model::Action) {
                let Self { $($field),* } = self;
                $write
            }
        }
    };
    (@read [] $type:ty, $object:expr, $bounds:expr, $faults:expr) => {
        <$type as $crate::protocol::fields::Part>::read($object, $bounds, $faults)
    };
    (@read [$key:literal] $type:ty, $object:expr, $bounds:expr, $faults:expr) => {
        $crate::protocol::fields::field::<$type>($object, $key, $bounds, $faults)
    };
    (@describe [] $type:ty, $doc:expr) => { <$type as $crate::protocol::fields::Part>::fields() };
    (@describe [$key:literal] $type:ty, $doc:expr) => {
        vec![$crate::protocol::FieldSchema {
            about: $doc.trim_ascii(),
            ..$crate::protocol::FieldSchema::of::<$type>($key)
        }]
    };
}

mod extended;
mod rest;
mod socket;

pub use extended::*;
pub use rest::*;
pub use socket::*;
