//! The inbox plane: one subscription for each user, and what its events do beside being told.

use std::sync::Arc;
use std::time::Duration;

use pulse_events::{Subscription, subjects};
use pulse_runtime::trace_context;
use pulse_types::{ConversationId, UserId};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ws::close::Close;
use crate::ws::delivery::{Delivery, Effect, Plane};
use crate::ws::hub::Hub;
use crate::ws::hub::user::User;
use crate::ws::queue::Order;
use crate::ws::typing;

/// How soon a failed subscription is tried again.
pub(in crate::ws) const LISTEN_RETRY: Duration = Duration::from_millis(500);

impl Hub {
    /// Begins to listen to a user's events; the task ends when the last seat is given up.
    pub(super) fn listen_to(&self, user_id: UserId) -> Arc<User> {
        let (confirmed, listening) = watch::channel(false);
        let stop = CancellationToken::new();
        let user = Arc::new(User::new(user_id, listening, stop.clone()));
        let (hub, listener) = (self.clone(), Arc::clone(&user));
        self.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = hub.listen(&listener, &confirmed) => {}
            }
        });
        user
    }

    async fn listen(&self, user: &Arc<User>, confirmed: &watch::Sender<bool>) {
        loop {
            // Waits while the bus is away, and is heard as soon as it is back.
            match self.bus().subscribe(subjects::user(user.user_id)).await {
                Ok(subscription) => {
                    let _counted = self.metrics().user_subscription();
                    confirmed.send_replace(true);
                    self.hand_on(user, subscription).await;
                }
                Err(error) => tracing::debug!(%error, "can't listen to a user's events yet"),
            }
            tokio::time::sleep(LISTEN_RETRY).await;
        }
    }

    /// Hands on a user's events until the subscription ends.
    async fn hand_on(&self, user: &Arc<User>, mut subscription: Subscription) {
        let mut ready = Vec::new();
        loop {
            tokio::select! {
                event = subscription.next() => {
                    let Some(event) = event else { return };
                    match self.encoder().encode(&event, Plane::Inbox) {
                        Ok(delivery) => {
                            self.before_telling(user, &delivery);
                            let span = delivery.traceparent.as_deref().map(deliver_span);
                            let _entered = span.as_ref().map(tracing::Span::enter);
                            let count = user.take(Plane::Inbox, &delivery, Instant::now(), &mut ready);
                            self.metrics().delivered.increment(count);
                            self.after_telling(user, &delivery);
                        }
                        Err(error) => tracing::warn!(%error, user.id = %user.user_id, "skipped an event"),
                    }
                }
                () = wait_until(user.release_at()) => {
                    let count = user.release(&mut ready);
                    self.metrics().delivered.increment(count);
                }
                // The time to wait for has changed.
                () = user.held() => {}
            }
        }
    }

    /// Whoever is not a member any more is shown nothing that follows.
    fn before_telling(&self, user: &Arc<User>, delivery: &Delivery) {
        if let (true, Some((conversation_id, version))) =
            (delivery.effect.is_on_both_planes(), delivery.position.version)
            && user.is_large(conversation_id)
            && !user.has_open(conversation_id)
        {
            // What was told on the other plane since it became large does not come here.
            user.advance(conversation_id, version - 1);
        }
        if let (Effect::Removed { version }, Some(conversation_id)) =
            (delivery.effect, delivery.conversation_id)
        {
            self.end_viewing(user.user_id, conversation_id, version);
            self.note_small(user, conversation_id);
        }
        self.change_typing_rights(user, delivery);
        if let Some(observer) = self.observer() {
            observer(user.user_id, delivery);
        }
    }

    /// What may end somebody's right to show that they type; it is asked for again with their next start.
    fn change_typing_rights(&self, user: &User, delivery: &Delivery) {
        match (delivery.effect, delivery.conversation_id) {
            (Effect::Relationship { .. } | Effect::Me, _) => self.typing_rights().forget(user.user_id),
            (
                Effect::Removed { .. } | Effect::Member { .. } | Effect::Conversation,
                Some(conversation_id),
            ) => {
                self.typing_rights().forget_in(user.user_id, conversation_id);
            }
            _ => {}
        }
    }

    fn after_telling(&self, user: &Arc<User>, delivery: &Delivery) {
        if let Effect::Relationship { user_id, is_connected } = delivery.effect
            && let Some(is_connected) = is_connected
        {
            self.note_connected(user, user_id, is_connected);
        }
        if delivery.effect == Effect::Me {
            self.me_changes().note(user.user_id);
        }
        let Some(conversation_id) = delivery.conversation_id else { return };
        match delivery.effect {
            Effect::Member { member_count, .. } => self.note_size(user, conversation_id, member_count),
            Effect::Joined { member_count, version } => {
                user.advance(conversation_id, version);
                self.note_size(user, conversation_id, member_count);
            }
            Effect::Removed { version } => {
                user.advance(conversation_id, version);
                self.close_sockets_of(user, conversation_id);
            }
            Effect::Message { sender_id: Some(sender_id) } => {
                typing::heard(self, conversation_id, sender_id, false);
            }
            Effect::None
            | Effect::Message { sender_id: None }
            | Effect::Conversation
            | Effect::Marks { .. }
            | Effect::Typing { .. }
            | Effect::Relationship { .. }
            | Effect::Me => {}
        }
        if delivery.changes_unread.is_of(user.user_id) {
            self.questions().ask(user.user_id, conversation_id);
        }
    }

    /// Closes the sockets that carry this conversation alone, once what waits is written.
    pub(in crate::ws) fn close_sockets_of(&self, user: &User, conversation_id: ConversationId) {
        for socket in user.sockets_of(conversation_id) {
            socket.queue.order(Order::Close(Close::Bye));
        }
    }
}

/// The last part of a message's trace. There is a parent only while traces are exported.
pub(in crate::ws) fn deliver_span(traceparent: &str) -> tracing::Span {
    let span = tracing::info_span!("ws.deliver", otel.kind = "consumer");
    trace_context::set_parent(&span, traceparent);
    span
}

pub(in crate::ws) async fn wait_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
