//! The W3C `traceparent` of a request and of its answer (Trace Context, section 3.2). Answers carry one also while no traces
//! are exported, so that a caller's own trace is never broken.

use std::fmt;

use pulse_types::RequestId;

/// A valid `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traceparent {
    trace_id: u128,
    parent_id: u64,
    flags: u8,
}

impl Traceparent {
    /// Reads a header; `None` unless it is valid. Fields that a later version adds are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let parent_id = u64::try_from(hex(parts.next()?, 16)?).ok()?;
        let flags = u8::try_from(hex(parts.next()?, 2)?).ok()?;
        let has_more = parts.next().is_some();
        let is_valid = version != 0xff && !(version == 0 && has_more) && trace_id != 0 && parent_id != 0;
        is_valid.then_some(Self { trace_id, parent_id, flags })
    }

    /// The answer's: the caller's trace when there is one, else a new trace. The request's id names the span.
    #[must_use]
    pub fn answer_to(given: Option<&Self>, request_id: RequestId) -> Self {
        let (whole, (_, low)) = (request_id.as_uuid().as_u128(), request_id.as_uuid().as_u64_pair());
        Self {
            trace_id: given.map_or(whole, |given| given.trace_id),
            parent_id: low,
            flags: given.map_or(0, |given| given.flags),
        }
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.parent_id, self.flags)
    }
}

/// Lower-case digits, exactly so many.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex { u128::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_valid_header_is_read_and_written_alike() {
        assert_eq!(Traceparent::parse(GOOD).map(|parsed| parsed.to_string()).as_deref(), Some(GOOD));
        assert!(Traceparent::parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").is_some());
    }

    #[test]
    fn others_are_ignored() {
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(Traceparent::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_answer_stays_in_the_callers_trace_or_begins_one() {
        let id = RequestId::new(&SystemClock);
        let given = Traceparent::parse(GOOD);
        let answer = Traceparent::answer_to(given.as_ref(), id).to_string();
        assert!(answer.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && answer != GOOD);
        let fresh = Traceparent::answer_to(None, id).to_string();
        assert!(Traceparent::parse(&fresh).is_some(), "{fresh}");
    }
}
