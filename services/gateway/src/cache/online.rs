//! Who is seen online, all in one set, for counting. It is written by the steps of `presence.rs`: who has several leases is there
//! until the last one ends, and who may not be seen is not there.

use std::collections::HashSet;
use std::time::Duration;

use deadpool_redis::redis::Pipeline;
use pulse_types::UserId;

use crate::cache::link::CacheError;
use crate::cache::presence::{Presence, TIMEOUT};

/// A sorted set: user id by the Unix time in ms at which their last lease ends.
pub(super) const ONLINE: &str = "pulse:gateway:online";
/// Longest that all of them take to come: tens of thousands do not come within the time of one lease.
const ALL_TIMEOUT: Duration = Duration::from_secs(1);
/// People in one question.
const ASKED_AT_ONCE: usize = 1000;
/// Questions in one pipeline.
const PIPELINED: usize = 10;

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
