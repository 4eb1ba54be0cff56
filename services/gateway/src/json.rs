//! JSON as the public contract reads it (section 1): one object, no key twice, at most 16 levels, and fields read one by
//! one so that all faults are told at once. Used by request bodies and socket frames alike.

pub mod ids;

use std::fmt;
use std::str::FromStr;

use pulse_rpc::{Failure, FieldFault, Reason};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Objects and arrays inside one another, the outermost counted.
const DEPTH_MAX: usize = 16;

/// A text that is no JSON object as the contract wants it: 400, or a socket closed with 4400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// No JSON, a key twice, nested too deep, an unpaired surrogate.
    #[error("not readable as JSON: {0}")]
    Json(String),
    /// JSON, but not an object.
    #[error("not a JSON object")]
    NotAnObject,
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        Self::new(Reason::Malformed, malformed.to_string())
    }
}

/// Reads one object.
///
/// # Errors
/// [`Malformed`], each variant with its cause.
pub fn parse_object(text: &[u8]) -> Result<Map<String, Value>, Malformed> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Level(0).deserialize(&mut reader).map_err(|error| Malformed::Json(error.to_string()))?;
    reader.end().map_err(|error| Malformed::Json(error.to_string()))?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(Malformed::NotAnObject),
    }
}

/// Reads a value that stands inside so many objects and arrays.
#[derive(Clone, Copy)]
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl Level {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.0 < DEPTH_MAX { Ok(Self(self.0 + 1)) } else { Err(E::custom("nested deeper than 16 levels")) }
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let level = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(level)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let level = self.inner()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom("a key stands twice in one object"));
            }
            map.insert(key, entries.next_value_seed(level)?);
        }
        Ok(Value::Object(map))
    }
}

/// Takes the fields out of an object one by one and collects what is wrong with them.
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    faults: Vec<FieldFault>,
}

impl Fields {
    /// All fields of an object.
    #[must_use]
    pub const fn new(map: Map<String, Value>) -> Self {
        Self { map, faults: Vec::new() }
    }

    /// The bare value, for what the other functions do not read; `null` counts as a value.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name)
    }

    /// Notes a fault that only the caller can see.
    pub fn fault(&mut self, name: &str, code: &str, detail: &str) {
        self.faults.push(FieldFault::new(name, code, detail));
    }

    /// A text that must be there, as it was sent.
    pub fn text(&mut self, name: &str) -> Option<String> {
        if !self.map.contains_key(name) {
            self.fault(name, "required", "must be given");
            return None;
        }
        self.optional_text(name).flatten()
    }

    /// A text that may be absent: the outer `None` is a fault, the inner one absence. U+0000 can't be stored anywhere.
    pub fn optional_text(&mut self, name: &str) -> Option<Option<String>> {
        match self.take(name) {
            None => Some(None),
            Some(Value::String(text)) if !text.contains('\0') => Some(Some(text)),
            Some(Value::String(_)) => {
                self.fault(name, "invalid", "must not contain U+0000");
                None
            }
            Some(_) => {
                self.fault(name, "invalid", "must be a string");
                None
            }
        }
    }

    /// An id, a name of a closed list: anything read from a text that must be there.
    pub fn parsed<T: FromStr>(&mut self, name: &str, what: &str) -> Option<T> {
        let text = self.text(name)?;
        self.parse(name, &text, what)
    }

    /// The same, but it may be absent: the outer `None` is a fault, the inner one absence.
    pub fn optional_parsed<T: FromStr>(&mut self, name: &str, what: &str) -> Option<Option<T>> {
        match self.optional_text(name)? {
            None => Some(None),
            Some(text) => self.parse(name, &text, what).map(Some),
        }
    }

    fn parse<T: FromStr>(&mut self, name: &str, text: &str, what: &str) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.fault(name, "invalid", &format!("must be {what}"));
        }
        value
    }

    /// `true` or `false`; absent means `default`.
    pub fn switch(&mut self, name: &str, default: bool) -> Option<bool> {
        match self.take(name) {
            None => Some(default),
            Some(Value::Bool(value)) => Some(value),
            Some(_) => {
                self.fault(name, "invalid", "must be true or false");
                None
            }
        }
    }

    /// `true` or `false`, or absent: the outer `None` is a fault, the inner one absence.
    pub fn optional_switch(&mut self, name: &str) -> Option<Option<bool>> {
        if !self.map.contains_key(name) {
            return Some(None);
        }
        self.switch(name, false).map(Some)
    }

    /// Whether a field is there and `null`; it is taken then.
    pub fn take_null(&mut self, name: &str) -> bool {
        let is_null = self.map.get(name) == Some(&Value::Null);
        if is_null {
            self.map.remove(name);
        }
        is_null
    }

    /// An object that may be absent, read field by field; its faults are told with the whole path.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        let map = match self.take(name) {
            None => return Some(None),
            Some(Value::Object(map)) => map,
            Some(_) => {
                self.fault(name, "invalid", "must be an object");
                return None;
            }
        };
        let mut inner = Self::new(map);
        let value = read(&mut inner);
        match inner.finish(|| value) {
            Ok(value) => Some(Some(value)),
            Err(failure) => {
                let path =
                    |fault: FieldFault| FieldFault { field: format!("{name}.{}", fault.field), ..fault };
                self.faults.extend(failure.fields.into_iter().map(path));
                None
            }
        }
    }

    /// A position in a conversation: a whole number from 0.
    pub fn seq(&mut self, name: &str) -> Option<i64> {
        let Some(value) = self.take(name) else {
            self.fault(name, "required", "must be given");
            return None;
        };
        match value.as_i64() {
            Some(seq) if seq >= 0 => Some(seq),
            Some(_) => {
                self.fault(name, "too_small", "must be at least 0");
                None
            }
            // A position above the last one means the last one, however far above.
            None if value.is_u64() => Some(i64::MAX),
            None => {
                self.fault(name, "invalid", "must be a whole number");
                None
            }
        }
    }

    /// Builds the value, unless a field was wrong or is left over.
    ///
    /// # Errors
    /// `validation_failed` with every fault found.
    pub fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, Failure> {
        for name in self.map.keys() {
            self.faults.push(FieldFault::new(name.clone(), "unknown_field", "there is no such field here"));
        }
        if !self.faults.is_empty() {
            return Err(Failure::validation(self.faults));
        }
        build().ok_or_else(|| Failure::internal("a field was refused without a fault"))
    }
}

#[cfg(test)]
mod tests;
