//! The conversation plane: one subscription for each place, handed on in order.

use std::sync::Arc;
use std::time::Duration;

use pulse_events::{Event, Subscription, subjects};
use pulse_types::ConversationId;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ws::delivery::{Delivery, Effect, Plane};
use crate::ws::hub::{Hub, LISTEN_RETRY, Queued, deliver_span, wait_until};
use crate::ws::order::Sequencer;
use crate::ws::places::place::Place;
use crate::ws::typing;

/// How often members are told how much is unread, at most.
const UNREAD_INTERVAL: Duration = Duration::from_secs(1);

/// Members that a group may have; what has more is a room.
const GROUP_MEMBERS_MAX: u32 = 256;

/// What a place's task keeps.
struct Attendant<'a> {
    hub: &'a Hub,
    place: &'a Arc<Place>,
    order: Sequencer<Arc<Delivery>>,
    /// When the members are asked about next, after something has happened.
    ask_at: Option<Instant>,
    asked_at: Option<Instant>,
    ready: Vec<Arc<Delivery>>,
    /// Lent to the users.
    queued: Vec<Queued>,
}

impl Hub {
    /// Begins to listen to a conversation; the task ends when the place is given up.
    pub(super) fn begin_place(&self, conversation_id: ConversationId) -> Arc<Place> {
        let (confirmed, listening) = watch::channel(false);
        let stop = CancellationToken::new();
        let place = Arc::new(Place::new(conversation_id, listening, stop.clone()));
        let (hub, attended) = (self.clone(), Arc::clone(&place));
        self.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = hub.attend(&attended, &confirmed) => {}
            }
        });
        place
    }

    async fn attend(&self, place: &Arc<Place>, confirmed: &watch::Sender<bool>) {
        loop {
            match self.bus().subscribe(subjects::conversation(place.conversation_id)).await {
                Ok(subscription) => {
                    let _counted = self.metrics().conversation_subscription();
                    // Whoever was let in while nothing was heard may have been removed.
                    self.doubt(place);
                    confirmed.send_replace(true);
                    let attendant = Attendant {
                        hub: self,
                        place,
                        order: Sequencer::default(),
                        ask_at: None,
                        asked_at: None,
                        ready: Vec::new(),
                        queued: Vec::new(),
                    };
                    attendant.run(subscription).await;
                }
                Err(error) => tracing::debug!(%error, "can't listen to a conversation yet"),
            }
            tokio::time::sleep(LISTEN_RETRY).await;
        }
    }

    /// Something of a conversation may have been missed: who may look on is asked again before anything is handed on.
    pub(in crate::ws) fn doubt(&self, place: &Place) {
        if place.doubt(self.bus().generation()) {
            self.doubts().note(place.conversation_id);
        }
    }
}

impl Attendant<'_> {
    /// Hands on what comes until the subscription ends.
    async fn run(mut self, mut subscription: Subscription) {
        loop {
            tokio::select! {
                event = subscription.next() => match event {
                    Some(event) => self.on_event(&event),
                    None => return,
                },
                () = wait_until(self.order.release_at()) => {
                    // What did not come may have been the end of a membership.
                    self.hub.doubt(self.place);
                    self.order.release(&mut self.ready);
                }
                () = wait_until(self.ask_at) => self.ask(),
            }
            self.hand_on();
        }
    }

    fn on_event(&mut self, event: &Event) {
        if self.place.generation() != self.hub.bus().generation() {
            self.hub.doubt(self.place);
        }
        let delivery = match self.hub.encoder().encode(event, Plane::Conversation) {
            Ok(delivery) => delivery,
            Err(error) => {
                let id = self.place.conversation_id;
                tracing::warn!(%error, conversation.id = %id, "skipped an event");
                return;
            }
        };
        if let (Effect::Typing { user_id, active }, Some(conversation_id)) =
            (delivery.effect, delivery.conversation_id)
        {
            // It is told from there, and told again when it fades.
            return typing::heard(self.hub, conversation_id, user_id, active);
        }
        if let (Effect::Member { user_id, is_gone: true, .. }, Some((conversation_id, version))) =
            (delivery.effect, delivery.position.version)
        {
            // At once, whatever it is early for: nothing that follows may reach them.
            self.hub.end_viewing(user_id, conversation_id, version);
        }
        if let Some((conversation_id, version)) = delivery.position.version
            && self.hub.was_small_before(delivery.effect)
        {
            // What was before it came on the inbox plane: here is nothing to wait for.
            self.order.advance(conversation_id, version - 1, &mut self.ready);
        }
        self.order.accept(delivery.position, delivery, Instant::now(), &mut self.ready);
    }

    fn hand_on(&mut self) {
        let now = Instant::now();
        for delivery in self.ready.drain(..) {
            let span = delivery.traceparent.as_deref().map(deliver_span);
            let _entered = span.as_ref().map(tracing::Span::enter);
            let count = self.place.hand_on(&delivery, now, &mut self.queued);
            self.hub.metrics().delivered.increment(count);
            if let (Effect::Message { sender_id: Some(sender_id) }, Some(conversation_id)) =
                (delivery.effect, delivery.conversation_id)
            {
                typing::heard(self.hub, conversation_id, sender_id, false);
            }
            observe(self.hub, self.place, &delivery);
            let is_news = delivery.position.version.is_some() && !delivery.effect.is_on_both_planes();
            if is_news && self.ask_at.is_none() {
                let earliest = self.asked_at.map(|asked_at| asked_at + UNREAD_INTERVAL);
                self.ask_at = Some(earliest.map_or(now, |earliest| earliest.max(now)));
            }
        }
    }

    fn ask(&mut self) {
        (self.ask_at, self.asked_at) = (None, Some(Instant::now()));
        for user_id in self.place.people() {
            self.hub.questions().ask(user_id, self.place.conversation_id);
        }
    }
}

/// Who comes and goes in a large group changes whom the others may see, and they hear of it here alone. In rooms it does not.
fn observe(hub: &Hub, place: &Place, delivery: &Delivery) {
    if let Effect::Member { member_count, on_both_planes: false, .. } = delivery.effect
        && member_count <= GROUP_MEMBERS_MAX
        && let Some(observer) = hub.observer()
    {
        place.people().into_iter().for_each(|user_id| observer(user_id, delivery));
    }
}
