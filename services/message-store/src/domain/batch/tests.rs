//! Properties and examples of what a batch decides.

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
        owner_id: None,
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
            attachment_ids: Vec::new(),
        }),
    }
}

fn repeated(message: &Message) -> Repeated {
    Repeated { message: message.clone(), digest: message.digest() }
}

fn member() -> Facts {
    Facts { marks: Some(Marks { read_seq: 3, delivered_seq: 5 }), ..Facts::default() }
}

fn decide(heads: Vec<Head>, commands: &[Command], facts: Vec<Facts>) -> Plan {
    plan(Found { heads, facts, ..Found::default() }, commands, OffsetDateTime::UNIX_EPOCH)
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
        prop_assert!(plan.marked.is_empty());
    }
}

#[test]
fn a_bad_command_fails_alone() {
    let commands = [send(1, 1, 1, "first", 100), send(9, 1, 2, "nowhere", 101), send(1, 2, 3, "second", 102)];
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
    let known = Facts { repeated: Some(repeated(&stored)), ..member() };
    let plan = decide(vec![apart.clone()], &again, vec![known, member()]);
    assert!(matches!(&plan.outcomes[0], Ok(Outcome::Replayed(message)) if message.seq == 11));
    assert!(matches!(plan.outcomes[1], Err(Refusal::NotConnected)));
    assert!(plan.heads.is_empty());

    let gone = Facts { repeated: Some(repeated(&stored)), ..Facts::default() };
    let plan = decide(vec![apart], &[send(1, 1, 7, "one", 300)], vec![gone]);
    assert!(matches!(plan.outcomes[0], Err(Refusal::NotFound)));

    // The same command, after a commit whose end nobody saw: it is no repeat.
    let own = Facts { repeated: Some(repeated(&stored)), ..member() };
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
    let read =
        |seq| Command { user_id: user(2), conversation_id: conversation(1), action: Action::MarkRead(seq) };
    let plan = decide(
        vec![head(1)],
        &[send(1, 1, 1, "x", 100), read(99), read(4)],
        vec![member(), member(), member()],
    );
    let expected = Marks { read_seq: 11, delivered_seq: 11 };
    assert!(matches!(plan.outcomes[1], Ok(Outcome::Marked { marks, last_seq: 11 }) if marks == expected));
    assert!(matches!(plan.outcomes[2], Ok(Outcome::Marked { marks, .. }) if marks == expected));
    assert_eq!(plan.marked.iter().map(|marked| marked.own.user_id).collect::<Vec<_>>(), [user(2)]);
    assert_eq!(plan.marks.len(), 2);
}

#[test]
fn a_file_goes_with_the_first_of_two_messages_that_want_it() {
    let file = AttachmentId::from_uuid(Uuid::from_u128(50));
    let attachment = Attachment {
        attachment_id: file,
        name: "notes.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        size_bytes: 5,
        dimensions: None,
        has_thumbnail: false,
    };
    let with_file = |client_id, message_id| {
        let mut command = send(1, 1, client_id, "look", message_id);
        if let Action::Send(new) = &mut command.action {
            new.attachment_ids = vec![file];
        }
        command
    };
    let commands = [with_file(1, 100), with_file(2, 101), with_file(1, 102)];
    assert_eq!(wanted_uploads(&commands), [file], "asked for once");
    let upload = Upload { attachment, uploader_id: user(1) };
    let found = |uploads| Found {
        heads: vec![head(1)],
        facts: vec![member(), member(), member()],
        uploads,
        ..Found::default()
    };
    let plan = plan(found(HashMap::from([(file, upload.clone())])), &commands, OffsetDateTime::UNIX_EPOCH);
    assert!(matches!(&plan.outcomes[0], Ok(Outcome::Sent(message)) if message.attachments.len() == 1));
    assert!(matches!(plan.outcomes[1], Err(Refusal::AttachmentInvalid(0))));
    assert!(matches!(&plan.outcomes[2], Ok(Outcome::Replayed(message)) if message.seq == 11));
    assert_eq!(plan.messages.len(), 1);

    let foreign = Upload { uploader_id: user(2), ..upload };
    let plan = super::plan(found(HashMap::from([(file, foreign)])), &commands, OffsetDateTime::UNIX_EPOCH);
    assert!(plan.messages.is_empty(), "somebody else's");
}

#[test]
fn texts_without_an_at_sign_ask_for_nobody() {
    assert!(names(&[send(1, 1, 1, "hello bob", 100)]).is_empty());
    let asked = names(&[send(1, 1, 1, "@bob @BOB.x", 100), send(1, 2, 2, "@bob", 101)]);
    let asked: Vec<_> = asked.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(asked, ["bob", "bob.x"]);
}
