//! Whether an event was lost: every few seconds, and at once after each return of the bus, message-store is asked where the
//! conversations of those stand who are connected here, and that is compared with what was handed to them. What is behind is looked
//! at again, because it may be on its way, and then told with `sync.required`. So what did not arrive, even the last event of a
//! conversation, becomes known within 15 s without the client's asking (contract section 7).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use metrics::{Counter, counter};
use pulse_rpc::{Failure, Reason};
use pulse_types::{ConversationId, UserId};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::clients::Following;
use crate::clients::position::Position;
use crate::ws::frames::{self, Event};
use crate::ws::hub::{Checkpoint, Hub, Scope, User};
use crate::ws::queue::Class;

/// How often everybody is asked about. With the second look and an answer it stays below 15 s.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// How much later a position that is behind is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// People of one question.
const PEOPLE: usize = 500;
/// Questions under way when everybody is asked about at once.
const AT_ONCE: usize = 8;
/// Conversations that `sync.required` names; of more it names none.
const NAMED_MAX: usize = 100;
/// How long the bus may take to confirm that it hears us.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a question may take.
const ASK_TIMEOUT: Duration = Duration::from_secs(3);

struct Checker {
    hub: Hub,
    message_store: Following,
    behind: Counter,
    told: Counter,
    failed: Counter,
}

/// Asks and tells until the last socket has gone.
pub async fn run(hub: Hub, message_store: Following) {
    let drained = hub.drained();
    let mut connections = hub.bus().connections();
    let checker = Checker {
        hub,
        message_store,
        behind: counter!("pulse_positions_behind_total"),
        told: counter!("pulse_sync_required_total"),
        failed: counter!("pulse_positions_failed_total"),
    };
    let mut interval = CHECK_INTERVAL;
    loop {
        connections.borrow_and_update();
        tokio::select! {
            () = checker.round(interval) => interval = CHECK_INTERVAL,
            // What was published while the connection was gone did not arrive.
            changed = connections.changed() => {
                if changed.is_ok() {
                    interval = Duration::ZERO;
                }
            }
            () = drained.cancelled() => return,
        }
    }
}

impl Checker {
    /// Asks about everybody once, spread over the interval; at once when there is none.
    async fn round(&self, interval: Duration) {
        if interval.is_zero() {
            // What is asked must not be older than what will be heard.
            let _ = timeout(CONFIRM_TIMEOUT, self.hub.bus().confirm()).await;
        }
        let begun_at = Instant::now();
        let everybody = self.hub.everybody();
        let parts: Vec<&[Arc<User>]> = everybody.chunks(PEOPLE).collect();
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX).max(1);
        let mut asking = FuturesUnordered::new();
        for (number, part) in (0_u32..).zip(parts) {
            let turn = sleep_until(begun_at + interval / count * number);
            tokio::pin!(turn);
            loop {
                tokio::select! {
                    biased;
                    Some(()) = asking.next(), if !asking.is_empty() => {}
                    () = turn.as_mut(), if asking.len() < AT_ONCE => break,
                }
            }
            asking.push(self.check(part));
        }
        while asking.next().await.is_some() {}
        sleep_until(begun_at + interval).await;
    }

    async fn check(&self, people: &[Arc<User>]) {
        let begun_at = Instant::now();
        // Whoever is about to be greeted is asked about from there on.
        let greeted = people.iter().filter_map(|user| Some((user, user.checkpoint()?.horizon)));
        let (greeted, asked): (Vec<_>, Vec<_>) =
            greeted.map(|(user, horizon)| (user, (user.user_id, horizon))).unzip();
        if asked.is_empty() {
            return;
        }
        let answer = timeout(ASK_TIMEOUT, self.message_store.positions(&asked)).await;
        let (positions, horizon) = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) if failure.reason == Reason::ValidationFailed && people.len() > 1 => {
                // More changed than one answer takes.
                let (some, others) = people.split_at(people.len() / 2);
                Box::pin(self.check(some)).await;
                return Box::pin(self.check(others)).await;
            }
            Ok(Err(failure)) => return self.note_failure(&failure),
            Err(_) => return self.note_failure(&Failure::unavailable("the message store")),
        };
        let mut behind: Vec<_> = positions.into_iter().filter(|position| self.is_behind(position)).collect();
        if !behind.is_empty() {
            sleep(LOOK_AGAIN).await;
            behind.retain(|position| self.is_behind(position));
        }
        self.behind.increment(behind.len() as u64);
        self.tell(&behind);
        let checkpoint = Checkpoint { horizon: horizon.into(), checked_at: begun_at };
        greeted.into_iter().for_each(|user| user.move_checkpoint(checkpoint.clone()));
    }

    /// The horizons stay, so the next question reaches back to what this one was to find out.
    fn note_failure(&self, failure: &Failure) {
        self.failed.increment(1);
        tracing::debug!(error = %failure, "can't ask for positions");
    }

    /// Whether a position is above what is known to have been handed to the user's sockets.
    fn is_behind(&self, position: &Position) -> bool {
        let Some(user) = self.hub.user(position.user_id) else { return false };
        let conversation_id = position.conversation_id;
        if !position.is_gone {
            self.hub.note_size(&user, conversation_id, position.member_count);
        }
        if user.known(conversation_id) >= position.version {
            return false;
        }
        let place = self.hub.places().find(conversation_id).filter(|_| !position.is_gone);
        place.is_none_or(|place| place.head_for(position.user_id) < position.version)
    }

    fn tell(&self, behind: &[Position]) {
        let mut of_users: HashMap<UserId, Vec<ConversationId>> = HashMap::new();
        for position in behind {
            let Some(user) = self.hub.user(position.user_id) else { continue };
            user.advance(position.conversation_id, position.version);
            if position.is_gone {
                self.hub.end_unheard(&user, position.conversation_id);
                continue;
            }
            of_users.entry(position.user_id).or_default().push(position.conversation_id);
        }
        for (user_id, conversation_ids) in of_users {
            let Some(user) = self.hub.user(user_id) else { continue };
            self.told.increment(1);
            tracing::debug!(user.id = %user_id, conversations = conversation_ids.len(), "events did not arrive");
            require_sync(&user, &conversation_ids);
        }
    }
}

/// Tells a user's sockets to ask for the changes of some conversations, or to sync when there are many.
pub(in crate::ws) fn require_sync(user: &User, conversation_ids: &[ConversationId]) {
    let named = (conversation_ids.len() <= NAMED_MAX).then_some(conversation_ids);
    let frame = required(named);
    user.send(&frame, Class::Durable, |socket| socket.scope.carries(None));
    user.each_socket(|socket| {
        if let Scope::Conversation(only) = socket.scope
            && conversation_ids.contains(&only)
        {
            socket.queue.push(required(Some(&[only])));
        }
    });
}

fn required(conversation_ids: Option<&[ConversationId]>) -> Utf8Bytes {
    frames::event(&Event::SyncRequired { conversation_ids })
}
