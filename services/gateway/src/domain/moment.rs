//! A moment as the contract writes it: RFC 3339, UTC, with milliseconds (`2026-01-31T09:30:00.123Z`).

use std::fmt;

use serde::{Serialize, Serializer};
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
    fn a_moment_is_utc_with_three_digits() {
        assert_eq!(
            Moment::from(datetime!(2026-01-31 10:30:00.1239 +1)).to_string(),
            "2026-01-31T09:30:00.123Z"
        );
        assert_eq!(Moment::from(datetime!(9999-12-31 23:59:59 UTC)).to_string(), "9999-12-31T23:59:59.000Z");
    }
}
