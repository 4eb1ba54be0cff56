//! What is told of people to a viewer: once, and to a socket that watches them from then on.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join_all;
use pulse_rpc::Principal;
use pulse_types::UserId;

use crate::clients::standings::PEOPLE_MAX;
use crate::domain::{Presence as Told, View};
use crate::presence::looks::SightChange;
use crate::presence::watcher::{Replaced, Sight, Watcher};
use crate::presence::{ASK_MAX, Presence, standings};
use crate::ws::hub::Socket;

/// A list that was installed. Call [`Installed::answered`] once its answer has gone out: what has changed since follows.
pub struct Installed {
    presence: Presence,
    watcher: Arc<Watcher>,
}

impl Presence {
    /// What is told of people to a viewer, in the order asked; unknown what can't be known now.
    pub async fn of(&self, viewer: Principal, user_ids: &[UserId]) -> Vec<Told> {
        let (views, seen) = tokio::join!(self.views(user_ids), self.in_sight(viewer, user_ids));
        let is_known = self.is_known();
        let told = user_ids.iter().zip(views).map(|(user_id, view)| match &seen {
            _ if !is_known => Told::unknown(*user_id),
            None => Told::unknown(*user_id),
            Some(seen) if !seen.contains(user_id) => Told::offline(*user_id),
            Some(_) => view.map_or(Told::unknown(*user_id), |view| view.presence),
        });
        told.collect()
    }

    /// Asks for a list for a socket; gives its number. In the order of the calls the last one holds.
    #[must_use]
    pub fn begin_watch(&self, socket: &Arc<Socket>) -> (Arc<Watcher>, u64) {
        let watcher = self.0.watches.watcher(socket);
        let number = watcher.ask();
        (watcher, number)
    }

    /// Lets a socket watch people instead of those it watched before; what is told of them, in the order asked.
    pub async fn watch(
        &self,
        (watcher, number): (Arc<Watcher>, u64),
        user_ids: &[UserId],
    ) -> (Vec<Told>, Option<Installed>) {
        let viewer = watcher.socket.principal;
        let _turn = watcher.turn.lock().await;
        if !watcher.is_wanted(number) {
            return (self.of(viewer, user_ids).await, None);
        }
        let distinct: HashSet<UserId> = user_ids.iter().copied().collect();
        let distinct: Vec<UserId> = distinct.into_iter().collect();
        let (people, unheard) = self.0.watches.join(&watcher, &distinct);
        for person in unheard {
            let presence = self.clone();
            self.0.listeners.spawn(async move {
                presence.0.subscriptions.increment(1);
                person.listen(&presence.0.bus, |view| presence.0.watches.take(view)).await;
                presence.0.subscriptions.decrement(1);
            });
        }
        join_all(people.iter().map(|person| person.listening(&self.0.bus))).await;
        let (sight_number, changes) = (self.0.watches.sight(), watcher.changes());
        let (views, seen) = tokio::join!(self.views(&distinct), self.in_sight(viewer, &distinct));
        for view in views.into_iter().flatten() {
            self.0.watches.take(view);
        }
        let sight = |user_id: UserId| Sight {
            may_see: seen.as_ref().map(|seen| seen.contains(&user_id)),
            number: sight_number,
        };
        let joined = people.clone();
        let people = people.into_iter().map(|person| (Arc::clone(&person), sight(person.user_id))).collect();
        let Some(Replaced { told, gone }) = watcher.install(people, self.is_known()) else {
            self.0.watches.leave(watcher.socket.connection_id, &joined);
            return (user_ids.iter().copied().map(Told::unknown).collect(), None);
        };
        self.0.watches.leave(watcher.socket.connection_id, &gone);
        // What has changed meanwhile was looked at in the list before this one.
        let is_certain =
            seen.is_some() && self.0.watches.sight() == sight_number && watcher.changes() == changes;
        if !is_certain {
            self.0.looks.note(viewer.user_id, SightChange::All);
        }
        let told = user_ids.iter().map(|id| told.get(id).copied().unwrap_or(Told::unknown(*id))).collect();
        let installed = Installed { presence: self.clone(), watcher: Arc::clone(&watcher) };
        (told, Some(installed))
    }

    /// What is told of people, in the order asked; `None` for those of whom it can't be known now.
    pub(super) async fn views(&self, user_ids: &[UserId]) -> Vec<Option<View>> {
        let mut views = self.found(user_ids).await;
        let missing = |views: &[Option<View>]| -> Vec<UserId> {
            let unknown = user_ids.iter().zip(views).filter(|(_, view)| view.is_none());
            unknown.map(|(user_id, _)| *user_id).collect()
        };
        let unknown = missing(&views);
        if unknown.is_empty() || !self.is_known() {
            return views;
        }
        // Nobody has asked for them lately: what they chose, and when they were last there, is read again.
        let asking = join_all(unknown.chunks(PEOPLE_MAX).map(|part| standings::ask(self, part)));
        if tokio::time::timeout(ASK_MAX, asking).await.is_ok_and(|asked| asked.iter().all(Option::is_some)) {
            self.written().await;
            views = self.found(user_ids).await;
        }
        missing(&views).into_iter().for_each(|user_id| self.0.wanted.note(user_id));
        views
    }

    async fn found(&self, user_ids: &[UserId]) -> Vec<Option<View>> {
        if !self.is_known() {
            return vec![None; user_ids.len()];
        }
        self.0.cache.find(user_ids).await.unwrap_or_else(|error| {
            self.0.cache.is_away(&error);
            vec![None; user_ids.len()]
        })
    }

    /// Whom of some people a viewer may see; `None` when it can't be found out now. Oneself one sees as others do.
    pub(super) async fn in_sight(&self, viewer: Principal, user_ids: &[UserId]) -> Option<HashSet<UserId>> {
        let mut seen = HashSet::new();
        let others: HashSet<UserId> = user_ids.iter().copied().filter(|id| *id != viewer.user_id).collect();
        let others: Vec<UserId> = others.into_iter().collect();
        for part in others.chunks(PEOPLE_MAX) {
            let asked = self.0.conversations.in_sight(viewer, part);
            match tokio::time::timeout(ASK_MAX, asked).await {
                Ok(Ok(found)) => seen.extend(found),
                Ok(Err(failure)) => {
                    tracing::debug!(error = %failure, "who may see whom can't be asked now");
                    return None;
                }
                Err(_) => return None,
            }
        }
        seen.insert(viewer.user_id);
        Some(seen)
    }
}

impl Installed {
    /// The answer has gone out.
    pub fn answered(self) {
        self.watcher.answered(self.presence.0.watches.sight());
    }
}
