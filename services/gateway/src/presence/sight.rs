//! What keeps lists true: who may see whom is looked at again, and what is told of people is read again, after whatever may have
//! kept an event away.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use pulse_runtime::Shutdown;
use pulse_types::UserId;
use tokio::time::MissedTickBehavior;

use crate::clients::standings::PEOPLE_MAX;
use crate::presence::Presence;
use crate::presence::looks::{Look, SightChange};
use crate::presence::watcher::Watcher;
use crate::presence::watches::SHARDS;

/// Viewers who are asked about at once.
const AT_ONCE: usize = 8;
/// How soon it is asked again when it could not be found out.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// How often one part of what is told of people is read again: all of it in 32 s.
const READ_INTERVAL: Duration = Duration::from_millis(500);
/// How often it is looked whether the process stood still.
const BEAT: Duration = Duration::from_millis(250);

/// Looks again who may see whom, until the process stops.
pub(super) async fn look(presence: Presence, shutdown: Shutdown) {
    let begun = shutdown.token();
    loop {
        let looks = tokio::select! {
            looks = presence.0.looks.next() => looks,
            () = begun.cancelled() => return,
        };
        let failed = stream::iter(looks)
            .map(async |(viewer_id, look)| look_at(&presence, viewer_id, look).await.err())
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready);
        let failed: Vec<(UserId, Look)> = failed.collect().await;
        if !failed.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(RETRY_AFTER) => {}
                () = begun.cancelled() => return,
            }
            failed.into_iter().for_each(|(viewer_id, look)| presence.0.looks.put_back(viewer_id, look));
        }
    }
}

/// Gives back what could not be found out.
async fn look_at(presence: &Presence, viewer_id: UserId, look: Look) -> Result<(), (UserId, Look)> {
    let watchers = presence.0.watches.watchers_of(viewer_id);
    let Some(viewer) = watchers.first().map(|watcher| watcher.socket.principal) else { return Ok(()) };
    let watched: HashSet<UserId> = watchers.iter().flat_map(|watcher| watcher.user_ids()).collect();
    let asked: Vec<UserId> = match &look {
        Look::All => watched.into_iter().collect(),
        Look::Of(some) => watched.intersection(some).copied().collect(),
    };
    if asked.is_empty() {
        return Ok(());
    }
    // Whatever changes from here on is looked at again.
    let number = presence.0.watches.sight();
    let seen = presence.in_sight(viewer, &asked).await;
    watchers.iter().for_each(|watcher: &Arc<Watcher>| watcher.look(&asked, seen.as_ref(), number));
    if seen.is_none() { Err((viewer_id, look)) } else { Ok(()) }
}

/// Reads again what is told of those who are watched, until the process stops: part by part, and all of it on demand.
pub(super) async fn read(presence: Presence, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut ticks = tokio::time::interval(READ_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut next = 0;
    loop {
        let shards = tokio::select! {
            _ = ticks.tick() => next..next + 1,
            () = presence.0.watches.reading_again() => 0..SHARDS,
            () = begun.cancelled() => return,
        };
        next = shards.end % SHARDS;
        for shard in shards {
            let user_ids = presence.0.watches.user_ids(shard);
            for part in user_ids.chunks(PEOPLE_MAX) {
                for view in presence.views(part).await.into_iter().flatten() {
                    presence.0.watches.take(view);
                }
            }
        }
    }
}

/// Follows the bus: after each return of it, and when the process itself stood still, what was found out before counts no more.
pub(super) async fn follow_bus(presence: Presence, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut connections = presence.0.bus.connections();
    connections.mark_unchanged();
    let mut beats = tokio::time::interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_back = tokio::select! {
            changed = connections.changed() => changed.is_ok(),
            _ = beats.tick() => false,
            () = begun.cancelled() => return,
        };
        let watches = &presence.0.watches;
        // The number moves before the beat is noted: what goes out in between is held up by one of them.
        if is_back || watches.has_stood_still() {
            watches.lose_sight();
            watches
                .viewer_ids()
                .into_iter()
                .for_each(|viewer_id| presence.0.looks.note(viewer_id, SightChange::All));
            watches.read_again();
        }
        watches.beat();
    }
}
