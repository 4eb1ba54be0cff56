//! The one task that writes to Redis what the ledger holds, announces what has changed because of it, and looks after what
//! others have left: leases that ended, and leases that Redis lost.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use pulse_runtime::Shutdown;
use pulse_types::UserId;
use tokio::time::MissedTickBehavior;

use crate::cache::CacheError;
use crate::cache::presence::{Glance, LEASE, Outcome, STEP_MAX};
use crate::domain::View;
use crate::events::presence as events;
use crate::presence::Presence;
use crate::presence::ledger::SHARDS;

/// How often it is looked what is due. With each look one part of the leases is renewed: all of them in 20 s.
const TICK: Duration = Duration::from_millis(500);
/// Looks in a row that fail until those who watch are told that nothing is known.
const FAILURES_UNTIL_UNKNOWN: u32 = 2;
/// How long leases hold at least without being renewed. When Redis was away for longer, some have ended that are alive.
const LEASES_HOLD: Duration = LEASE.saturating_sub(Duration::from_secs(30));
/// Announcements that wait for the bus; of more, whoever watches reads them again.
const UNANNOUNCED_MAX: usize = 1 << 14;

struct Keeper {
    presence: Presence,
    /// Since when leases are complete, as far as is known here.
    epoch_ms: Option<i64>,
    answered_at: Instant,
    failures: u32,
    shard: usize,
    unannounced: HashMap<UserId, View>,
}

/// Writes until the process stops and its last connection has ended.
pub(super) async fn run(presence: Presence, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut keeper = Keeper {
        presence,
        epoch_ms: None,
        answered_at: Instant::now(),
        failures: 0,
        shard: 0,
        unannounced: HashMap::new(),
    };
    loop {
        let is_last = begun.is_cancelled() && keeper.presence.0.ledger.is_empty();
        let is_tick = tokio::select! {
            biased;
            _ = ticks.tick() => true,
            () = keeper.presence.0.ledger.changed() => false,
            () = begun.cancelled(), if !begun.is_cancelled() => false,
            () = std::future::ready(()), if is_last => false,
        };
        keeper.pass(is_tick).await;
        if is_last {
            return;
        }
    }
}

impl Keeper {
    async fn pass(&mut self, is_tick: bool) {
        // Counted before anything is taken: whoever waits for the next one knows that theirs is in it.
        let number = self.presence.0.passes.begin();
        let is_up = match is_tick {
            true => self.look().await,
            false => self.presence.0.cache.is_known(),
        };
        if is_up {
            self.write(is_tick).await;
        }
        self.presence.0.passes.end(number);
    }

    /// Looks what is due, and whether Redis is there; it may have lost everything.
    async fn look(&mut self) -> bool {
        self.announce_again().await;
        self.presence.0.ledger.renew(self.shard);
        self.shard = (self.shard + 1) % SHARDS;
        let glance = match self.presence.0.cache.glance().await {
            Ok(glance) => glance,
            Err(error) => {
                self.failed(&error);
                return false;
            }
        };
        if let Err(error) = self.follow_epoch(&glance).await {
            self.failed(&error);
            return false;
        }
        for user_id in glance.due {
            self.presence.0.ledger.look(user_id);
        }
        true
    }

    fn failed(&mut self, error: &CacheError) {
        self.presence.0.cache.is_away(error);
        self.failures = self.failures.saturating_add(1);
        if self.failures == FAILURES_UNTIL_UNKNOWN {
            self.presence.0.cache.note_unknown();
            self.presence.0.watches.lose_views();
        }
    }

    /// Lets all connections be written again after a loss, and nobody be taken for gone until all gateways have done so.
    async fn follow_epoch(&mut self, glance: &Glance) -> Result<(), CacheError> {
        let cache = &self.presence.0.cache;
        let (known, found) = (self.epoch_ms, glance.epoch_ms);
        let was_long_away = self.answered_at.elapsed() > LEASES_HOLD;
        let held = match (known, found) {
            // What is first seen may be as it should be.
            (None, Some(found)) => found,
            (None, None) => cache.begin_epoch(None, 0).await?,
            (Some(known), Some(found)) if found > known || found == known && !was_long_away => found,
            (Some(_), found) => cache.begin_epoch(found, cache.now_ms()).await?,
        };
        if known != Some(held) || self.failures > 0 {
            self.presence.0.ledger.renew_all();
        }
        self.epoch_ms = Some(held);
        Ok(())
    }

    /// Writes what is to be written. Only after a look it is known that Redis is there and has all leases: when nothing was to be
    /// written it was not even asked.
    async fn write(&mut self, has_looked: bool) {
        let mut changes = self.presence.0.ledger.take();
        while !changes.is_empty() {
            let rest = changes.split_off(changes.len().min(STEP_MAX));
            match self.presence.0.cache.step(&changes).await {
                Ok(outcomes) => self.follow(outcomes).await,
                Err(error) => {
                    changes.extend(rest);
                    self.presence.0.ledger.put_back(changes);
                    self.failed(&error);
                    return;
                }
            }
            changes = rest;
        }
        if !has_looked {
            return;
        }
        self.presence.0.cache.note_known();
        self.answered_at = Instant::now();
        if self.failures >= FAILURES_UNTIL_UNKNOWN {
            self.presence.0.watches.read_again();
        }
        self.failures = 0;
    }

    async fn follow(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            if let Some(view) = outcome.view.filter(|_| outcome.has_changed) {
                self.announce(view).await;
            }
            if let Some(seen_ms) = outcome.seen_ms {
                self.presence.0.seen.note(outcome.user_id, seen_ms);
            }
            if !outcome.is_chosen {
                self.presence.0.wanted.note(outcome.user_id);
            }
        }
    }

    async fn announce(&mut self, view: View) {
        let shared = &self.presence.0;
        if let Err(error) = events::announce(&shared.bus, shared.clock.as_ref(), &view).await {
            tracing::debug!(%error, "a change of presence is announced later");
            if self.unannounced.len() < UNANNOUNCED_MAX {
                self.unannounced.insert(view.presence.user_id, view);
            }
        }
    }

    /// Announces what could not be announced while the bus was away.
    async fn announce_again(&mut self) {
        if self.presence.0.bus.is_connected() {
            for (_, view) in std::mem::take(&mut self.unannounced) {
                self.announce(view).await;
            }
        }
    }
}
