//! Limits that all gateways count together: GCRA (ITU-T I.371) as one script, by the clock of Redis.

use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::redis::Script;

use crate::cache::link::{CacheError, Link};
use crate::domain::rate::Rule;

/// The same steps as [`Rule::take`]. KEYS: the counter. ARGV: interval and window in µs. Gives the µs to wait; 0 has taken one.
/// Times fit a double until the year 2255.
const TAKE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = tonumber(redis.call('GET', KEYS[1]) or now)
if full_at < now then full_at = now end
local next_full_at = full_at + ARGV[1]
local wait = next_full_at - now - ARGV[2]
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', next_full_at), 'PX', math.ceil((next_full_at - now) / 1000))
return 0";

/// The shared counters.
#[derive(Clone)]
pub struct Rates {
    link: Link,
    take: Arc<Script>,
}

impl Rates {
    /// Counts over this connection.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self { link, take: Arc::new(Script::new(TAKE)) }
    }

    /// Whether the last question was answered, or Redis was seen since.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.link.is_up()
    }

    /// Takes one of what `rule` allows `subject`. `Some`: nothing was taken, and how long to wait.
    ///
    /// # Errors
    /// [`CacheError`]: nobody knows whether one was taken.
    pub async fn take(&self, rule: Rule, subject: &str) -> Result<Option<Duration>, CacheError> {
        let mut script = self.take.prepare_invoke();
        script.key(key(rule, subject)).arg(micros(rule.interval())).arg(micros(rule.window));
        let wait_us: u64 = self.link.invoke(&script).await?;
        Ok((wait_us > 0).then(|| Duration::from_micros(wait_us)))
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

fn key(rule: Rule, subject: &str) -> String {
    format!("pulse:gateway:rate:{}:{subject}", rule.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rate::Limit;

    #[test]
    fn keys_are_what_other_versions_of_us_count() {
        assert_eq!(key(Limit::SignIn.rule(), "2001:db8::/64"), "pulse:gateway:rate:sign_in:2001:db8::/64");
    }
}
