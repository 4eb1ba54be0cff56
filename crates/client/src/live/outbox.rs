//! Messages that were not accepted yet. Those of one conversation go out in their order, one at a time; each is repeated with
//! the same `client_id` until the service has accepted or refused it.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use pulse_types::ConversationId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::backoff::Backoff;
use crate::error::Error;
use crate::models::{NewMessage, Sent};

/// Refusals after which a repeat may help.
const PASSING: [&str; 3] = ["rate_limited", "unavailable", "internal"];

/// A message on its way.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) message: NewMessage,
    /// Who waits for it.
    pub(super) told: oneshot::Sender<Result<Sent, Error>>,
}

/// The letters of one conversation.
#[derive(Debug, Default)]
struct Line {
    letters: VecDeque<Letter>,
    is_sending: bool,
    not_before: Option<Instant>,
    backoff: Backoff,
}

/// All letters.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    lines: HashMap<ConversationId, Line>,
}

impl Outbox {
    pub(super) fn post(&mut self, conversation_id: ConversationId, letter: Letter) {
        self.lines.entry(conversation_id).or_default().letters.push_back(letter);
    }

    /// What may be sent now; each conversation's next one, until [`Outbox::answered`] or [`Outbox::cut`].
    pub(super) fn due(&mut self, now: Instant) -> Vec<(ConversationId, NewMessage)> {
        let ready = self.lines.iter_mut().filter_map(|(conversation_id, line)| {
            if line.is_sending || line.not_before.is_some_and(|at| at > now) {
                return None;
            }
            let message = line.letters.front()?.message.clone();
            line.is_sending = true;
            Some((*conversation_id, message))
        });
        ready.collect()
    }

    /// When something that waits may be sent again.
    pub(super) fn next_at(&self) -> Option<Instant> {
        self.lines.values().filter(|line| !line.is_sending).filter_map(|line| line.not_before).min()
    }

    /// The service has answered. What a repeat may help stays.
    pub(super) fn answered(
        &mut self,
        conversation_id: ConversationId,
        outcome: Result<Sent, Error>,
        now: Instant,
    ) {
        let Some(line) = self.lines.get_mut(&conversation_id) else { return };
        line.is_sending = false;
        line.not_before = None;
        if let Err(error) = &outcome
            && let Some(after) = repeat_after(error, &mut line.backoff)
        {
            line.not_before = Some(now + after);
            return;
        }
        line.backoff.reset();
        if let Some(letter) = line.letters.pop_front() {
            // Whoever sent it may have gone.
            let _ = letter.told.send(outcome);
        }
        if line.letters.is_empty() {
            self.lines.remove(&conversation_id);
        }
    }

    /// The socket is gone: what was on its way is sent again.
    pub(super) fn cut(&mut self) {
        for line in self.lines.values_mut() {
            line.is_sending = false;
        }
    }
}

/// How long to wait before a repeat; `None` when none can help.
fn repeat_after(error: &Error, backoff: &mut Backoff) -> Option<Duration> {
    match error {
        Error::Refused(problem) if PASSING.contains(&problem.code.as_str()) => {
            let waited = backoff.next();
            Some(problem.retry_after_ms.map_or(waited, Duration::from_millis).max(Duration::from_millis(50)))
        }
        Error::Closed { .. } | Error::Socket(_) | Error::Http(_) => Some(Duration::ZERO),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;
    use crate::error::Problem;

    fn refusal(code: &str, retry_after_ms: Option<u64>) -> Error {
        let problem =
            Problem { status: 0, code: code.into(), detail: String::new(), retry_after_ms, errors: vec![] };
        Error::Refused(Box::new(problem))
    }

    fn letter(body: &str) -> (Letter, oneshot::Receiver<Result<Sent, Error>>) {
        let (told, hears) = oneshot::channel();
        (Letter { message: NewMessage::new(body), told }, hears)
    }

    #[tokio::test(start_paused = true)]
    async fn letters_of_a_conversation_keep_their_order_through_cuts_and_refusals() {
        let (mut outbox, chat, now) = (Outbox::default(), ConversationId::new(&SystemClock), Instant::now());
        let ((one, mut one_told), (two, _two_told)) = (letter("1"), letter("2"));
        let first_id = one.message.client_id;
        outbox.post(chat, one);
        outbox.post(chat, two);
        let bodies = |due: Vec<(ConversationId, NewMessage)>| {
            due.into_iter().map(|(_, message)| (message.body, message.client_id)).collect::<Vec<_>>()
        };
        assert_eq!(bodies(outbox.due(now)), [("1".to_owned(), first_id)]);
        assert!(outbox.due(now).is_empty(), "one at a time");
        outbox.cut();
        assert_eq!(bodies(outbox.due(now)), [("1".to_owned(), first_id)], "again, with the same id");
        outbox.answered(chat, Err(refusal("rate_limited", Some(700))), now);
        assert!(outbox.due(now).is_empty());
        assert_eq!(outbox.next_at(), Some(now + Duration::from_millis(700)));
        let later = now + Duration::from_millis(700);
        assert_eq!(bodies(outbox.due(later)), [("1".to_owned(), first_id)]);
        outbox.answered(chat, Err(refusal("conversation_closed", None)), later);
        let told = one_told.try_recv().expect("told");
        assert_eq!(told.expect_err("refused").code(), Some("conversation_closed"));
        assert_eq!(outbox.due(later).len(), 1, "the next one goes on");
    }
}
