//! What users sent in the last window, on all gateways: each tells what it let through and hears of the others'.

use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::redis::Script;
use pulse_types::UserId;

use crate::cache::link::{CacheError, Link};

/// KEYS: the sends of a user. ARGV: the window in ms, how many are added, for each of them its age in ms and its name, then the
/// names of those taken back. Gives all that are in the window, each name followed by its age in ms. By the clock of Redis.
const EXCHANGE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = tonumber(ARGV[1])
local after = 3 + 2 * ARGV[2]
for i = 3, after - 1, 2 do redis.call('ZADD', KEYS[1], 'NX', now - ARGV[i], ARGV[i + 1]) end
for i = after, #ARGV do redis.call('ZREM', KEYS[1], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
redis.call('PEXPIRE', KEYS[1], window)
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 2, #all, 2 do all[i] = string.format('%d', math.max(now - all[i], 0)) end
return all";

/// The shared windows.
#[derive(Clone)]
pub struct Sends {
    link: Link,
    exchange: Arc<Script>,
}

/// What one gateway tells of one user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Sends that were let through: how long ago, and their names.
    pub added: Vec<(Duration, String)>,
    /// Names of sends that did not count after all.
    pub taken_back: Vec<String>,
}

impl Sends {
    /// Exchanges over this connection.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self { link, exchange: Arc::new(Script::new(EXCHANGE)) }
    }

    /// Whether Redis is there, or was a moment ago.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.link.was_up_lately()
    }

    /// Tells what is new of a user, and gives all sends in the window: their names, and how long ago they were.
    ///
    /// # Errors
    /// [`CacheError`]; the others may have heard it.
    pub async fn exchange(
        &self,
        user_id: UserId,
        window: Duration,
        told: &Told,
    ) -> Result<Vec<(String, Duration)>, CacheError> {
        let mut script = self.exchange.prepare_invoke();
        script.key(key(user_id)).arg(millis(window)).arg(told.added.len());
        for (age, name) in &told.added {
            script.arg(millis(*age)).arg(name);
        }
        for name in &told.taken_back {
            script.arg(name);
        }
        let all: Vec<(String, u64)> = self.link.invoke(&script).await?;
        Ok(all.into_iter().map(|(name, age_ms)| (name, Duration::from_millis(age_ms))).collect())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn key(user_id: UserId) -> String {
    format!("pulse:gateway:sends:{user_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_other_versions_of_us_count() {
        let user_id = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        assert_eq!(key(user_id), "pulse:gateway:sends:0190a5c6-7c1f-7000-8000-000000000001");
    }
}
