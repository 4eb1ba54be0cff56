//! What of a file is asked for: all of it, a part, or nothing because the client has it (RFC 9110 sections 13 and 14).

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::Method;
use http::header::{self, HeaderMap};
use http::request::Parts;

use crate::clients::files::Part;
use crate::state::State;

/// What a request says of how much it wants.
#[derive(Debug, Clone)]
pub struct Conditions {
    method: Method,
    headers: HeaderMap,
}

impl FromRequestParts<Arc<State>> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<State>) -> Result<Self, Infallible> {
        Ok(Self { method: parts.method.clone(), headers: parts.headers.clone() })
    }
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All bytes.
    All,
    /// From the first to the last one.
    Part(Part),
    /// So many at the end.
    Last(u64),
    /// What is known of it, without bytes.
    Head,
    /// Nothing: the client has it.
    NotModified,
}

impl Conditions {
    /// What is wanted of a file whose entity tag is `tag`. Several ranges, or such as can't be read, are all of it.
    #[must_use]
    pub fn wanted(&self, tag: &str) -> Wanted {
        let text = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(known) = text(header::IF_NONE_MATCH) {
            // Weak comparison.
            let is_known = |given: &str| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag;
            if known.split(',').any(|given| is_known(given.trim())) {
                return Wanted::NotModified;
            }
        }
        if self.method == Method::HEAD {
            return Wanted::Head;
        }
        if text(header::IF_RANGE).is_some_and(|given| given.trim() != tag) {
            return Wanted::All;
        }
        text(header::RANGE).and_then(range).unwrap_or(Wanted::All)
    }
}

fn range(text: &str) -> Option<Wanted> {
    let (unit, range) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        // One that is too large to count lies beyond every file.
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    if first.is_empty() {
        return number(last).map(Wanted::Last);
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    (first <= last).then_some(Wanted::Part((first, last)))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn asked(headers: &[(HeaderName, &'static str)]) -> Wanted {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value")));
        Conditions { method: Method::GET, headers: headers.collect() }.wanted("\"tag\"")
    }

    #[test]
    fn one_range_is_read_and_everything_else_is_the_whole_file() {
        for (text, expected) in [
            ("bytes=0-99", Wanted::Part((0, 99))),
            ("bytes=5-5", Wanted::Part((5, 5))),
            ("bytes=100-", Wanted::Part((100, u64::MAX))),
            ("bytes=-10", Wanted::Last(10)),
            ("bytes=99999999999999999999999-", Wanted::Part((u64::MAX, u64::MAX))),
            ("bytes=9-5", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("lines=0-1", Wanted::All),
            ("bytes", Wanted::All),
        ] {
            assert_eq!(asked(&[(header::RANGE, text)]), expected, "{text}");
        }
    }

    #[test]
    fn a_client_that_has_it_gets_nothing_and_a_part_only_of_what_it_has() {
        for known in ["\"tag\"", "W/\"tag\"", "\"a\", \"tag\"", "*"] {
            assert_eq!(asked(&[(header::IF_NONE_MATCH, known)]), Wanted::NotModified, "{known}");
        }
        assert_eq!(asked(&[(header::IF_NONE_MATCH, "\"other\"")]), Wanted::All);
        let part = (header::RANGE, "bytes=0-1");
        assert_eq!(asked(&[part.clone(), (header::IF_RANGE, "\"tag\"")]), Wanted::Part((0, 1)));
        assert_eq!(asked(&[part.clone(), (header::IF_RANGE, "\"other\"")]), Wanted::All);
        assert_eq!(asked(&[part, (header::IF_RANGE, "W/\"tag\"")]), Wanted::All);
        let head = Conditions { method: Method::HEAD, headers: HeaderMap::new() };
        assert_eq!(head.wanted("\"tag\""), Wanted::Head);
    }
}
