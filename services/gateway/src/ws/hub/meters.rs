//! What operators see of the sockets and of what is listened to for them.

use metrics::{Counter, Gauge};

use crate::domain::connection::Transport;

/// Handles, so that the hot path looks up no names.
pub(in crate::ws) struct Metrics {
    websockets: Gauge,
    event_streams: Gauge,
    /// Frames that events became.
    pub(in crate::ws) delivered: Counter,
    pub(super) frames_out: Counter,
    user_subscriptions: Gauge,
    conversation_subscriptions: Gauge,
}

/// A subscription that counts until this is dropped.
pub(in crate::ws) struct Counted(Gauge);

impl Metrics {
    /// Registered here, so the recorder must run.
    pub(super) fn register() -> Self {
        let subscriptions = |plane: &'static str| metrics::gauge!("pulse_subscriptions", "plane" => plane);
        Self {
            websockets: gauge_of(Transport::WebSocket),
            event_streams: gauge_of(Transport::EventStream),
            delivered: metrics::counter!("pulse_events_delivered_total"),
            frames_out: metrics::counter!("pulse_frames_out_total"),
            user_subscriptions: subscriptions("inbox"),
            conversation_subscriptions: subscriptions("conversation"),
        }
    }

    pub(super) const fn sockets(&self, transport: Transport) -> &Gauge {
        match transport {
            Transport::WebSocket => &self.websockets,
            Transport::EventStream => &self.event_streams,
        }
    }

    pub(super) fn user_subscription(&self) -> Counted {
        Counted::of(&self.user_subscriptions)
    }

    pub(in crate::ws) fn conversation_subscription(&self) -> Counted {
        Counted::of(&self.conversation_subscriptions)
    }
}

impl Counted {
    fn of(gauge: &Gauge) -> Self {
        gauge.increment(1);
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

fn gauge_of(transport: Transport) -> Gauge {
    metrics::gauge!("pulse_sockets", "transport" => transport.as_str())
}
