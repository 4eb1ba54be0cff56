//! The one place that reads the time of day, so that tests can move it.

use std::sync::Arc;

use time::OffsetDateTime;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is told to take")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> OffsetDateTime {
        (**self).now()
    }
}

/// Cuts a moment down to whole milliseconds: the precision of the public contract, so that what is stored equals what
/// was answered.
#[must_use]
pub fn to_millisecond(moment: OffsetDateTime) -> OffsetDateTime {
    let millisecond = moment.millisecond();
    moment.replace_millisecond(millisecond).unwrap_or(moment)
}
