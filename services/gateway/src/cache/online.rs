//! Who is online, all in one set, for counting. It is written with the leases of `presence.rs` and follows them: who has
//! several is there until the last one ends.

use std::collections::HashSet;
use std::time::Duration;

use deadpool_redis::redis::Pipeline;
use pulse_types::UserId;

use crate::cache::link::CacheError;
use crate::cache::presence::{Presence, TIMEOUT, key};

/// A sorted set: user id by the Unix time in ms at which their last lease ends.
const ONLINE: &str = "pulse:gateway:online";
/// Longest that all of them take to come: tens of thousands do not come within the time of one lease.
const ALL_TIMEOUT: Duration = Duration::from_secs(1);
/// People in one question.
const ASKED_AT_ONCE: usize = 1000;
/// Questions in one pipeline.
const PIPELINED: usize = 10;

/// KEYS: the set, then the leases of each user. ARGV: the Unix time in ms, how many seconds the set is kept, then the users.
/// In one step, so that what another gateway writes of the same user is never forgotten.
const FOLLOW: &str = "
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
for i = 2, #KEYS do
  local last = redis.call('ZREVRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2]
  if last and tonumber(last) > tonumber(ARGV[1]) then
    redis.call('ZADD', KEYS[1], last, ARGV[i + 1])
  else
    redis.call('ZREM', KEYS[1], ARGV[i + 1])
  end
end
return redis.call('EXPIRE', KEYS[1], ARGV[2])";

/// Lets the set follow the leases of some users, which the same pipeline has just written.
pub(super) fn follow(pipeline: &mut Pipeline, user_ids: &[UserId], now_ms: i64, lifetime_seconds: u64) {
    let command = pipeline.cmd("EVAL").arg(FOLLOW).arg(user_ids.len() + 1).arg(ONLINE);
    for user_id in user_ids {
        command.arg(key(*user_id));
    }
    command.arg(now_ms).arg(lifetime_seconds);
    for user_id in user_ids {
        command.arg(user_id.to_string());
    }
    command.ignore();
}

impl Presence {
    /// How many people are online; `None` while Redis is away.
    pub async fn online_total(&self) -> Option<u64> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.cmd("ZCOUNT").arg(ONLINE).arg(self.now_ms()).arg("+inf");
        let found = self.run::<(u64,)>(&pipeline, TIMEOUT).await;
        self.noted(found).map(|(total,)| total)
    }

    /// All who are online, at most `max`; `None` while Redis is away.
    pub async fn online(&self, max: u64) -> Option<Vec<UserId>> {
        let mut pipeline = Pipeline::with_capacity(1);
        let range = pipeline.cmd("ZRANGEBYSCORE").arg(ONLINE).arg(self.now_ms()).arg("+inf");
        range.arg("LIMIT").arg(0).arg(max);
        let found = self.run::<(Vec<String>,)>(&pipeline, ALL_TIMEOUT).await;
        self.noted(found).map(|(ids,)| ids.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// Who of them is online; `None` while Redis is away.
    pub async fn online_among(&self, user_ids: &[UserId]) -> Option<HashSet<UserId>> {
        let mut online = HashSet::new();
        for part in user_ids.chunks(ASKED_AT_ONCE * PIPELINED) {
            let mut pipeline = Pipeline::with_capacity(PIPELINED);
            for asked in part.chunks(ASKED_AT_ONCE) {
                let question = pipeline.cmd("ZMSCORE").arg(ONLINE);
                for user_id in asked {
                    question.arg(user_id.to_string());
                }
            }
            let ends = self.run::<Vec<Vec<Option<f64>>>>(&pipeline, TIMEOUT).await;
            let (ends, now_ms) = (self.noted(ends)?, self.now_ms());
            #[expect(clippy::cast_precision_loss, reason = "times in ms lie far below 2^53")]
            let is_ahead = |end: &Option<f64>| end.is_some_and(|end| end >= now_ms as f64);
            let found = part.iter().zip(ends.iter().flatten());
            online.extend(found.filter(|(_, end)| is_ahead(end)).map(|(user_id, _)| *user_id));
        }
        Some(online)
    }

    fn noted<T>(&self, found: Result<T, CacheError>) -> Option<T> {
        found.map_err(|error| self.is_away(&error)).ok()
    }
}
