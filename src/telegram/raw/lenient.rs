//! Reading JSON whose shape may change: a value that is not what was expected is absent, and what
//! stands around it is read all the same. Knows nothing of messages.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::value::RawValue;

/// A value that is none where its shape is not the one expected.
pub(super) struct Lenient<T>(pub Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Lenient(value(raw)))
    }
}

/// What a piece of JSON says, where its shape is the one expected.
pub(super) fn value<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// What a field that may be missing says.
pub(super) fn field<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    raw.and_then(value)
}

/// Words, without a copy where they stand there as they are.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Words<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A list of which only the length counts.
pub(super) type Counted = Vec<IgnoredAny>;
