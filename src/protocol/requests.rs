//! The requests of REST and WebSocket. Each is read from JSON leniently: every fault is found, not just the first;
//! a value of one of these types has passed every check.

use serde_json::{Map, Value};

use super::fields::{Bounds, Field, Schema};
use crate::error::Fault;

/// What a client asks for, checked.
pub trait Request: Sized {
    /// The schema's name in the documentation.
    const NAME: &'static str;

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
    /// Whether it may not be left out.
    pub required: bool,
    /// Whether only the extended protocol knows it.
    pub extended: bool,
    /// Bounds and an example.
    pub schema: Schema,
}

impl FieldSchema {
    /// A field of this type.
    pub fn of<T: Field>(name: &'static str) -> Self {
        Self { name, required: T::REQUIRED, extended: T::EXTENDED, schema: T::schema() }
    }
}

/// Requests with their fields: `"key" name: Type` is a [`Field`], `name: Type` without a key a [`Part`] of several.
///
/// [`Part`]: super::fields::Part
macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $($key:literal)? $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl $crate::protocol::Request for $name {
            const NAME: &'static str = stringify!($name);

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
                [$(requests!(@describe [$($key)?] $type)),*].concat()
            }
        }
    )*};
    (@read [] $type:ty, $object:expr, $bounds:expr, $faults:expr) => {
        <$type as $crate::protocol::fields::Part>::read($object, $bounds, $faults)
    };
    (@read [$key:literal] $type:ty, $object:expr, $bounds:expr, $faults:expr) => {
        $crate::protocol::fields::field::<$type>($object, $key, $bounds, $faults)
    };
    (@describe [] $type:ty) => { <$type as $crate::protocol::fields::Part>::fields() };
    (@describe [$key:literal] $type:ty) => { vec![$crate::protocol::FieldSchema::of::<$type>($key)] };
}

mod extended;
mod rest;
mod socket;

pub use extended::*;
pub use rest::*;
pub use socket::*;
