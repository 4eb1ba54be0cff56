//! A moment as the contract writes it: RFC 3339, UTC, with milliseconds (`2026-01-31T09:30:00.123Z`).

use std::fmt;

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use utoipa::ToSchema;

/// A moment, cut to the millisecond in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-01-31T09:30:00.123Z")]
pub struct Moment(OffsetDateTime);

impl Moment {
    /// The moment itself.
    #[must_use]
    pub const fn as_time(self) -> OffsetDateTime {
        self.0
    }
}

/// Not a moment of RFC 3339 between the years 1 and 9999, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a moment is written as RFC 3339 has it, like 2026-01-31T09:30:00.123Z")]
pub struct UnreadableMoment;

/// Reads any offset, so that a client may send its local time.
impl std::str::FromStr for Moment {
    type Err = UnreadableMoment;

    fn from_str(text: &str) -> Result<Self, UnreadableMoment> {
        let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| UnreadableMoment)?;
        let utc = time.checked_to_offset(UtcOffset::UTC).ok_or(UnreadableMoment)?;
        if (1..=9999).contains(&utc.year()) { Ok(Self(utc)) } else { Err(UnreadableMoment) }
    }
}

impl From<OffsetDateTime> for Moment {
    fn from(time: OffsetDateTime) -> Self {
        Self(time.to_offset(UtcOffset::UTC))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        write!(f, "{:04}-{:02}-{:02}T", date.year(), u8::from(date.month()), date.day())?;
        write!(f, "{:02}:{:02}:{:02}.{:03}Z", time.hour(), time.minute(), time.second(), time.millisecond())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn any_offset_is_read_and_nothing_else() {
        let read = |text: &str| text.parse::<Moment>().map(|moment| moment.to_string());
        assert_eq!(read("2026-01-31T10:30:00.1239+01:00"), Ok("2026-01-31T09:30:00.123Z".to_owned()));
        assert_eq!(read("9999-12-31T23:59:59.999Z"), Ok("9999-12-31T23:59:59.999Z".to_owned()));
        for bad in [
            "",
            "2026-01-31",
            "2026-01-31T09:30:00",
            "2026-02-30T09:30:00Z",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+01:00",
            "1769851800",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_utc_with_three_digits() {
        assert_eq!(
            Moment::from(datetime!(2026-01-31 10:30:00.1239 +1)).to_string(),
            "2026-01-31T09:30:00.123Z"
        );
        assert_eq!(Moment::from(datetime!(9999-12-31 23:59:59 UTC)).to_string(), "9999-12-31T23:59:59.000Z");
    }
}
