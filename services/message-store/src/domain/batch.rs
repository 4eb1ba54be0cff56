//! What a batch of commands does to the conversations it touches: decided in one place, in the order of the commands, on
//! what was read under the locks. A command that may not be done is refused alone.

use std::collections::HashMap;
use std::sync::Arc;

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;

use crate::domain::change::MarksMoved;
use crate::domain::conversation::{Head, Refusal, require_member};
use crate::domain::mark::Marks;
use crate::domain::message::{ClientId, Message, MessageKind, NewMessage, ReplyTo};
use crate::domain::person::Person;

/// What somebody wants done.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// What.
    pub action: Action,
}

/// The kinds of commands.
#[derive(Debug, Clone)]
pub enum Action {
    /// Store a message.
    Send(NewMessage),
    /// Move the read mark up to a position.
    MarkRead(i64),
}

/// What stands in the database about one command.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The user's marks; none when the user is not a member.
    pub marks: Option<Marks>,
    /// How the user is shown; none when that is not known.
    pub person: Option<Person>,
    /// The message that already has this sender's `client_id`.
    pub repeated: Option<Message>,
    /// The message that is answered, if it is of this conversation.
    pub reply_to: Option<ReplyTo>,
}

/// What became of a command.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The message was stored.
    Sent(Arc<Message>),
    /// The message had been stored by an earlier command, and is now like this.
    Replayed(Arc<Message>),
    /// The marks as they are now, in a conversation that ends at `last_seq`.
    Marked {
        /// The marks.
        marks: Marks,
        /// Position of the newest message.
        last_seq: i64,
    },
}

/// All that a batch writes, and what to answer.
#[derive(Debug, Default)]
pub struct Plan {
    /// An outcome for each command, in their order.
    pub outcomes: Vec<Result<Outcome, Refusal>>,
    /// New messages; those of one conversation ascend.
    pub messages: Vec<Arc<Message>>,
    /// Heads that moved.
    pub heads: Vec<Head>,
    /// Marks that moved, by sending or by reading.
    pub marks: Vec<MarksMoved>,
    /// Those of them that moved by reading: other devices must hear of it.
    pub read: Vec<MarksMoved>,
}

/// Decides a batch. `facts` has an entry for each command; `now` is the time of all its messages.
#[must_use]
pub fn plan(heads: Vec<Head>, commands: &[Command], facts: Vec<Facts>, now: OffsetDateTime) -> Plan {
    let mut planner = Planner {
        heads: heads
            .into_iter()
            .map(|head| (head.conversation_id, Touched { head, is_moved: false }))
            .collect(),
        marks: HashMap::new(),
        sent: HashMap::new(),
        messages: Vec::new(),
        now,
    };
    let outcomes =
        commands.iter().zip(facts).map(|(command, facts)| planner.decide(command, facts)).collect();
    planner.finish(outcomes)
}

struct Touched {
    head: Head,
    is_moved: bool,
}

struct MovingMarks {
    marks: Marks,
    is_moved: bool,
    is_read: bool,
}

struct Planner {
    heads: HashMap<ConversationId, Touched>,
    marks: HashMap<(ConversationId, UserId), MovingMarks>,
    /// Messages of this very batch, to recognise a repeat within it.
    sent: HashMap<(ConversationId, UserId, ClientId), Arc<Message>>,
    messages: Vec<Arc<Message>>,
    now: OffsetDateTime,
}

impl Planner {
    fn decide(&mut self, command: &Command, facts: Facts) -> Result<Outcome, Refusal> {
        let touched = self.heads.get_mut(&command.conversation_id).ok_or(Refusal::NotFound)?;
        require_member(touched.head.kind, facts.marks.is_some())?;
        let stored = facts.marks.unwrap_or_default();
        let key = (command.conversation_id, command.user_id);
        let moving =
            self.marks.entry(key).or_insert(MovingMarks { marks: stored, is_moved: false, is_read: false });
        match &command.action {
            Action::MarkRead(seq) => {
                let last_seq = touched.head.last_seq;
                let marks = moving.marks.read_up_to(*seq, last_seq);
                let has_moved = marks != moving.marks;
                moving.is_moved |= has_moved;
                moving.is_read |= has_moved;
                moving.marks = marks;
                Ok(Outcome::Marked { marks, last_seq })
            }
            Action::Send(new) => {
                let name = (command.conversation_id, command.user_id, new.client_id);
                let known = self.sent.get(&name).cloned().or_else(|| facts.repeated.map(Arc::new));
                if let Some(known) = known {
                    return replay(known, new);
                }
                touched.head.require_writable()?;
                if new.reply_to.is_some() && facts.reply_to.is_none() {
                    return Err(Refusal::ReplyToInvalid);
                }
                // Times rise with positions, whatever the machines' clocks say.
                touched.head.active_at = touched.head.active_at.max(self.now);
                let message =
                    next_message(&mut touched.head, new, command.user_id, facts.person, facts.reply_to);
                let message = Arc::new(message);
                touched.is_moved = true;
                moving.marks = moving.marks.read_up_to(message.seq, message.seq);
                moving.is_moved = true;
                self.sent.insert(name, Arc::clone(&message));
                self.messages.push(Arc::clone(&message));
                Ok(Outcome::Sent(message))
            }
        }
    }

    fn finish(self, outcomes: Vec<Result<Outcome, Refusal>>) -> Plan {
        let heads =
            self.heads.into_values().filter(|touched| touched.is_moved).map(|touched| touched.head).collect();
        let mut plan = Plan { outcomes, messages: self.messages, heads, ..Plan::default() };
        for ((conversation_id, user_id), moving) in self.marks {
            let moved = MarksMoved { conversation_id, user_id, marks: moving.marks };
            if moving.is_moved {
                plan.marks.push(moved);
            }
            if moving.is_read {
                plan.read.push(moved);
            }
        }
        plan
    }
}

/// A known `client_id` is answered before any rule on the state of the conversation. A message that carries the very id
/// this command was given was stored by this command, in an attempt whose end nobody saw.
fn replay(known: Arc<Message>, new: &NewMessage) -> Result<Outcome, Refusal> {
    if known.message_id == new.message_id {
        return Ok(Outcome::Sent(known));
    }
    if !known.was_sent_as(&new.body, new.reply_to) {
        return Err(Refusal::IdempotencyMismatch);
    }
    Ok(Outcome::Replayed(known))
}

fn next_message(
    head: &mut Head,
    new: &NewMessage,
    sender_id: UserId,
    sender: Option<Person>,
    reply_to: Option<ReplyTo>,
) -> Message {
    head.last_seq += 1;
    head.version += 1;
    Message {
        message_id: new.message_id,
        conversation_id: head.conversation_id,
        seq: head.last_seq,
        version: head.version,
        sender_id: Some(sender_id),
        sender,
        client_id: Some(new.client_id),
        kind: MessageKind::Text,
        body: new.body.as_str().to_owned(),
        reply_to,
        created_at: head.active_at,
        edited_at: None,
        deleted_at: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulse_types::MessageId;
    use uuid::Uuid;

    use super::*;
    use crate::domain::conversation::Kind;
    use crate::domain::message::Body;
    use crate::domain::person::Pair;

    fn conversation(number: u128) -> ConversationId {
        ConversationId::from_uuid(Uuid::from_u128(number))
    }

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    fn head(number: u128) -> Head {
        Head {
            conversation_id: conversation(number),
            kind: Kind::Direct,
            is_closed: false,
            pair: Pair::of(user(1), user(2)),
            is_connected: true,
            member_count: 2,
            last_seq: 10,
            version: 11,
            active_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn send(place: u128, sender: u128, client_id: u128, text: &str, message_id: u128) -> Command {
        Command {
            user_id: user(sender),
            conversation_id: conversation(place),
            action: Action::Send(NewMessage {
                message_id: MessageId::from_uuid(Uuid::from_u128(message_id)),
                client_id: ClientId::from_uuid(Uuid::from_u128(client_id)),
                body: Body::parse(text).unwrap(),
                reply_to: None,
            }),
        }
    }

    fn member() -> Facts {
        Facts { marks: Some(Marks { read_seq: 3, delivered_seq: 5 }), ..Facts::default() }
    }

    fn decide(heads: Vec<Head>, commands: &[Command], facts: Vec<Facts>) -> Plan {
        plan(heads, commands, facts, OffsetDateTime::UNIX_EPOCH)
    }

    proptest! {
        #[test]
        fn positions_and_versions_are_dense_and_in_order(
            sends in prop::collection::vec((0_u128..3, 1_u128..3, 0_u128..8), 0..60),
        ) {
            let commands: Vec<_> = sends.iter().enumerate()
                .map(|(index, (place, sender, client))| send(*place, *sender, *client, "hello", 1000 + index as u128))
                .collect();
            let facts = commands.iter().map(|_| member()).collect();
            let plan = decide((0..3).map(head).collect(), &commands, facts);

            for number in 0..3 {
                let here: Vec<_> = plan.messages.iter().filter(|m| m.conversation_id == conversation(number)).collect();
                let seqs: Vec<_> = here.iter().map(|m| m.seq).collect();
                let dense: Vec<_> = (11..11 + here.len() as i64).collect();
                prop_assert_eq!(&seqs, &dense);
                prop_assert!(here.iter().all(|m| m.version == m.seq + 1));
                let moved = plan.heads.iter().find(|head| head.conversation_id == conversation(number));
                prop_assert_eq!(moved.map(|head| head.last_seq), seqs.last().copied());
            }
            // One message a name, and every other command of that name answers with it.
            let mut names: Vec<_> = sends.clone();
            names.sort_unstable();
            names.dedup();
            prop_assert_eq!(plan.messages.len(), names.len());
            prop_assert_eq!(plan.outcomes.len(), commands.len());
            prop_assert!(plan.outcomes.iter().all(Result::is_ok));
            // The sender has read what the sender wrote.
            for moved in &plan.marks {
                let last = plan.messages.iter().rev()
                    .find(|m| m.conversation_id == moved.conversation_id).map_or(0, |m| m.seq);
                prop_assert!(moved.marks.read_seq <= last && moved.marks.read_seq > 10);
            }
            prop_assert!(plan.read.is_empty());
        }
    }

    #[test]
    fn a_bad_command_fails_alone() {
        let commands =
            [send(1, 1, 1, "first", 100), send(9, 1, 2, "nowhere", 101), send(1, 2, 3, "second", 102)];
        let plan = decide(vec![head(1)], &commands, vec![member(), member(), member()]);
        assert!(matches!(plan.outcomes[1], Err(Refusal::NotFound)));
        assert_eq!(plan.messages.iter().map(|m| m.seq).collect::<Vec<_>>(), [11, 12]);
    }

    #[test]
    fn one_name_for_two_texts_in_one_batch_is_a_mismatch() {
        let commands = [send(1, 1, 7, "one", 100), send(1, 1, 7, "two", 101), send(1, 1, 7, " one ", 102)];
        let plan = decide(vec![head(1)], &commands, vec![member(), member(), member()]);
        assert!(matches!(plan.outcomes[0], Ok(Outcome::Sent(_))));
        assert!(matches!(plan.outcomes[1], Err(Refusal::IdempotencyMismatch)));
        assert!(matches!(&plan.outcomes[2], Ok(Outcome::Replayed(message)) if message.seq == 11));
    }

    #[test]
    fn a_known_name_is_answered_before_the_connection_but_not_after_the_membership() {
        let first = decide(vec![head(1)], &[send(1, 1, 7, "one", 100)], vec![member()]);
        let stored = Message::clone(&first.messages[0]);
        let apart = Head { is_connected: false, ..head(1) };
        let again = [send(1, 1, 7, "one", 200), send(1, 1, 8, "two", 201)];
        let known = Facts { repeated: Some(stored.clone()), ..member() };
        let plan = decide(vec![apart.clone()], &again, vec![known, member()]);
        assert!(matches!(&plan.outcomes[0], Ok(Outcome::Replayed(message)) if message.seq == 11));
        assert!(matches!(plan.outcomes[1], Err(Refusal::NotConnected)));
        assert!(plan.heads.is_empty());

        let gone = Facts { repeated: Some(stored.clone()), ..Facts::default() };
        let plan = decide(vec![apart], &[send(1, 1, 7, "one", 300)], vec![gone]);
        assert!(matches!(plan.outcomes[0], Err(Refusal::NotFound)));

        // The same command, after a commit whose end nobody saw: it is no repeat.
        let own = Facts { repeated: Some(stored), ..member() };
        let plan = decide(vec![head(1)], &[send(1, 1, 7, "one", 100)], vec![own]);
        assert!(matches!(&plan.outcomes[0], Ok(Outcome::Sent(message)) if message.seq == 11));
    }

    #[test]
    fn a_room_says_join_and_a_closed_conversation_says_closed() {
        let room = Head { kind: Kind::Room, pair: None, ..head(1) };
        let closed = Head { is_closed: true, ..head(2) };
        let commands = [send(1, 1, 1, "x", 100), send(2, 1, 2, "x", 101)];
        let plan = decide(vec![room, closed], &commands, vec![Facts::default(), member()]);
        assert!(matches!(plan.outcomes[0], Err(Refusal::NotAMember)));
        assert!(matches!(plan.outcomes[1], Err(Refusal::ConversationClosed)));
    }

    #[test]
    fn reading_is_told_and_sending_is_not() {
        let read = |seq| Command {
            user_id: user(2),
            conversation_id: conversation(1),
            action: Action::MarkRead(seq),
        };
        let plan = decide(
            vec![head(1)],
            &[send(1, 1, 1, "x", 100), read(99), read(4)],
            vec![member(), member(), member()],
        );
        let expected = Marks { read_seq: 11, delivered_seq: 11 };
        assert!(matches!(plan.outcomes[1], Ok(Outcome::Marked { marks, last_seq: 11 }) if marks == expected));
        assert!(matches!(plan.outcomes[2], Ok(Outcome::Marked { marks, .. }) if marks == expected));
        assert_eq!(plan.read.iter().map(|moved| moved.user_id).collect::<Vec<_>>(), [user(2)]);
        assert_eq!(plan.marks.len(), 2);
    }
}
