//! Calls to accounts, counted for all gateways together in Redis; while that is away in this process alone, at half the rate.
//! There is no state in which nothing is counted.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cache::Rates;
use crate::domain::rate::{Limit, Rule};
use crate::limits::{Exceeded, Subject};

const SHARDS: usize = 16;
/// Subjects of a shard from which on those whose quota is free again are forgotten.
const SWEEP_FROM: usize = 1024;

/// Counts calls to accounts.
pub struct Accounts {
    is_on: bool,
    shared: Rates,
    own: Own,
}

/// What this process has seen; kept up while Redis counts, so that nothing begins anew when it goes.
#[derive(Default)]
struct Own {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    full_at: HashMap<(Limit, Subject), Instant>,
    sweep_at: usize,
}

impl Accounts {
    /// Counts nothing unless `is_on`.
    #[must_use]
    pub fn new(is_on: bool, shared: Rates) -> Self {
        Self { is_on, shared, own: Own::default() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// [`Exceeded`]; nothing was taken from the shared count.
    pub async fn take(&self, limit: Limit, subject: &Subject) -> Result<(), Exceeded> {
        self.take_from(limit, subject, 0).await
    }

    /// Takes one of what nearly everybody does seldom and what must be cheap: it is counted for all together only once somebody has
    /// taken a quarter of the quota here. So whoever goes from one gateway to the next gets a quarter more at each.
    ///
    /// # Errors
    /// As [`Accounts::take`].
    pub async fn take_seldom(&self, limit: Limit, subject: &Subject) -> Result<(), Exceeded> {
        self.take_from(limit, subject, limit.rule().quota / 4).await
    }

    /// Counted for all together once more than `unshared` are taken here.
    async fn take_from(&self, limit: Limit, subject: &Subject, unshared: u32) -> Result<(), Exceeded> {
        if !self.is_on {
            return Ok(());
        }
        let rule = limit.rule();
        if self.shared.is_up() {
            // What is too much for one gateway is too much for all: a flood does not reach Redis.
            let taken = self.own.take(limit, rule, subject, Instant::now())?;
            if taken <= unshared {
                return Ok(());
            }
            match self.shared.take(rule, subject.as_str()).await {
                Ok(None) => return Ok(()),
                Ok(Some(retry_after)) => return Err(exceeded(rule, retry_after)),
                Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, "counting alone"),
            }
        }
        self.own.take(limit, rule.stricter(), subject, Instant::now()).map(drop)
    }
}

impl Own {
    /// Takes one; tells how many are taken then that are not free again.
    fn take(&self, limit: Limit, rule: Rule, subject: &Subject, now: Instant) -> Result<u32, Exceeded> {
        let index = usize::try_from(self.hasher.hash_one(subject)).unwrap_or_default() % SHARDS;
        let [first, ..] = &self.shards;
        let shard = self.shards.get(index).unwrap_or(first);
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.sweep(now);
        let key = (limit, subject.clone());
        let full_at = rule.take(shard.full_at.get(&key).copied(), now);
        let full_at = full_at.map_err(|retry_after| exceeded(rule, retry_after))?;
        shard.full_at.insert(key, full_at);
        Ok(rule.taken(full_at, now))
    }
}

impl Shard {
    /// Forgets those whose quota is free again; the next time when twice as many are here as are left.
    fn sweep(&mut self, now: Instant) {
        if self.full_at.len() < self.sweep_at.max(SWEEP_FROM) {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        self.sweep_at = self.full_at.len() * 2;
    }
}

fn exceeded(rule: Rule, retry_after: Duration) -> Exceeded {
    Exceeded { name: rule.name, quota: rule.quota, window: rule.window, retry_after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alone_it_allows_half_and_each_subject_for_itself() {
        let (own, now) = (Own::default(), Instant::now());
        let rule = Limit::SignIn.rule().stricter();
        let (one, other) = (Subject::from("one"), Subject::from("other"));
        let taken = (0..1000).filter(|_| own.take(Limit::SignIn, rule, &one, now).is_ok()).count();
        assert_eq!(taken, 300);
        assert!(own.take(Limit::SignIn, rule, &other, now).is_ok());
        assert!(own.take(Limit::Register, Limit::Register.rule(), &one, now).is_ok());
    }

    #[test]
    fn those_whose_quota_is_free_again_are_forgotten() {
        let (own, start) = (Own::default(), Instant::now());
        for number in 0..50_000_u32 {
            let now = start + Duration::from_millis(10) * number;
            let subject = Subject::from(number.to_string().as_str());
            own.take(Limit::SignIn, Limit::SignIn.rule(), &subject, now).expect("the first of its subject");
        }
        let kept: usize = own.shards.iter().map(|shard| shard.lock().expect("no panic").full_at.len()).sum();
        assert!(kept <= SHARDS * SWEEP_FROM, "{kept} of 50000");
    }
}
