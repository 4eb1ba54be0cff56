//! The parameters behind the `?` of an address (contract section 1).

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde_json::{Map, Value};

use crate::clients::PageAsk;
use crate::json::Fields;
use crate::state::State;

/// Items of a page when nobody says.
const LIMIT_DEFAULT: u32 = 50;
/// Items of a page, at most.
const LIMIT_MAX: i64 = 100;

/// The parameters, decoded. One that is no UTF-8 is no string.
#[derive(Debug, Clone)]
pub struct QueryText(Vec<(String, Value)>);

impl QueryText {
    /// The known parameters as fields; all others are ignored.
    #[must_use]
    pub fn fields(self, known: &[&str]) -> Fields {
        let mut map = Map::new();
        let mut repeated = Vec::new();
        for (name, value) in self.0.into_iter().filter(|(name, _)| known.contains(&name.as_str())) {
            if map.contains_key(&name) {
                repeated.push(name);
            } else {
                map.insert(name, value);
            }
        }
        let mut fields = Fields::new(map);
        for name in repeated {
            fields.fault(&name, "invalid", "must be given once");
        }
        fields
    }
}

impl FromRequestParts<Arc<State>> for QueryText {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<State>) -> Result<Self, Infallible> {
        Ok(Self(pairs(parts.uri.query().unwrap_or_default())))
    }
}

/// Reads `application/x-www-form-urlencoded` (URL standard, section 5.1), but refuses what is no UTF-8 instead of guessing.
fn pairs(query: &str) -> Vec<(String, Value)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // A name that can't be read is none that we know.
        Some((decode(name)?, decode(value).map_or(Value::Null, Value::String)))
    });
    pairs.collect()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = after.split_at_checked(2).filter(|_| *first == b'%').and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        match (escaped, first) {
            (Some((byte, after)), _) => {
                bytes.push(byte);
                rest = after;
            }
            (None, b'+') => bytes.push(b' '),
            (None, byte) => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Reads `limit`.
pub fn limit(fields: &mut Fields) -> Option<u32> {
    let limit = fields.optional_parsed::<i64>("limit", "a whole number from 1 to 100")?;
    match limit {
        None => Some(LIMIT_DEFAULT),
        Some(limit @ 1..=LIMIT_MAX) => u32::try_from(limit).ok(),
        Some(..1) => {
            fields.fault("limit", "too_small", "must be at least 1");
            None
        }
        Some(_) => {
            fields.fault("limit", "too_large", "must be at most 100");
            None
        }
    }
}

/// Reads `limit` and `cursor`.
pub fn page_ask(fields: &mut Fields) -> Option<PageAsk> {
    let limit = limit(fields);
    let cursor = fields.optional_text("cursor")?;
    if cursor.as_deref() == Some("") {
        fields.fault("cursor", "invalid", "must be a `next_cursor`, or left out for the first page");
        return None;
    }
    Some(PageAsk { limit: limit?, cursor })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(query: &str) -> Vec<String> {
        let mut fields = QueryText(pairs(query)).fields(&["q", "limit"]);
        let (q, limit) = (fields.text("q"), limit(&mut fields));
        match fields.finish(|| q.zip(limit)) {
            Ok(_) => Vec::new(),
            Err(failure) => {
                failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect()
            }
        }
    }

    #[test]
    fn parameters_are_decoded() {
        let read = pairs("q=a+b%2Bc%20%C3%A9&&flag&%71=2&bad=%zz%2&sign=%+1");
        let expected = [("q", "a b+c é"), ("flag", ""), ("q", "2"), ("bad", "%zz%2"), ("sign", "% 1")];
        let expected: Vec<_> = expected.map(|(name, value)| (name.to_owned(), Value::from(value))).into();
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_utf_8_is_told_and_not_guessed() {
        assert_eq!(faults("q=%ff"), ["q invalid"]);
        assert_eq!(faults("q=%ED%A0%80"), ["q invalid"], "a surrogate");
        assert_eq!(faults("q=a&limit=%ff"), ["limit invalid"]);
        assert_eq!(faults("q=a&q=b"), ["q invalid"]);
        assert!(faults("q=a&unknown=%ff&%ff=1").is_empty());
    }
}
