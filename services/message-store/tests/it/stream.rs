//! Commands over one long-lived stream.

use std::collections::BTreeMap;

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::execute_commands_request::Command;
use pulse_proto::messages::v1::execute_commands_response::Result as Outcome;
use pulse_rpc::{Failure, Principal, Reason};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use crate::app::{App, SOON, message, plain};

struct Commands {
    sender: mpsc::Sender<proto::ExecuteCommandsRequest>,
    answers: Streaming<proto::ExecuteCommandsResponse>,
}

impl Commands {
    async fn open(app: &App) -> Self {
        let (sender, requests) = mpsc::channel(1024);
        let opened = app.client.clone().execute_commands(plain(ReceiverStream::new(requests))).await;
        Self { sender, answers: opened.unwrap().into_inner() }
    }

    async fn send(&self, command_id: u64, user: Principal, command: Command) {
        let request = proto::ExecuteCommandsRequest {
            command_id,
            principal: Some(user.to_message()),
            command: Some(command),
            ..Default::default()
        };
        self.sender.send(request).await.unwrap();
    }

    async fn next(&mut self) -> Option<proto::ExecuteCommandsResponse> {
        tokio::time::timeout(SOON, self.answers.message()).await.expect("an answer in time").unwrap()
    }

    async fn take(&mut self, count: usize) -> BTreeMap<u64, Outcome> {
        let mut answers = BTreeMap::new();
        for _ in 0..count {
            let answer = self.next().await.unwrap();
            answers.insert(answer.command_id, answer.result.unwrap());
        }
        assert_eq!(answers.len(), count, "one answer a command");
        answers
    }
}

fn failed(outcome: &Outcome) -> Failure {
    match outcome {
        Outcome::Failure(failure) => Failure::from_message(failure.clone()),
        other => panic!("not a failure: {other:?}"),
    }
}

#[tokio::test]
async fn commands_of_one_user_to_one_conversation_keep_their_order() {
    let app = App::start().await;
    let (people, place) = app.group(4).await;
    let mut commands = Commands::open(&app).await;
    for number in 0..400_u64 {
        let user = people[usize::try_from(number % 4).unwrap()];
        commands.send(number, user, Command::SendMessage(message(&place, &format!("{number}")))).await;
    }
    let answers = commands.take(400).await;
    let seqs: Vec<_> = answers
        .values()
        .map(|outcome| match outcome {
            Outcome::SendMessage(sent) => sent.message.as_ref().unwrap().seq,
            other => panic!("not sent: {other:?}"),
        })
        .collect();
    assert_eq!(seqs, (1..=400).collect::<Vec<_>>(), "in the order of their frames");
}

#[tokio::test]
async fn a_bad_command_fails_alone() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let eve = app.person("eve").await;
    let mut commands = Commands::open(&app).await;
    commands.send(1, ada, Command::SendMessage(message(&place, "one"))).await;
    commands.send(2, ada, Command::SendMessage(message(&place, " "))).await;
    commands.send(3, eve, Command::SendMessage(message(&place, "two"))).await;
    commands.send(4, bob, Command::SendMessage(message(&place, "three"))).await;
    let read = proto::MarkReadRequest { conversation_id: place.clone(), seq: 1 };
    commands.send(5, bob, Command::MarkRead(read)).await;
    let delivered = proto::MarkDeliveredRequest { conversation_id: place.clone(), seq: 2 };
    commands.send(7, ada, Command::MarkDelivered(delivered)).await;
    let nobody = proto::ExecuteCommandsRequest { command_id: 6, ..Default::default() };
    commands.sender.send(nobody).await.unwrap();

    let answers = commands.take(7).await;
    assert!(matches!(&answers[&1], Outcome::SendMessage(sent) if !sent.replayed));
    let delivered = match &answers[&7] {
        Outcome::MarkDelivered(delivered) => delivered.marks.unwrap(),
        other => panic!("not marks: {other:?}"),
    };
    assert_eq!((delivered.delivered_seq, delivered.read_seq, delivered.unread_count), (2, 1, 1));
    let refused = failed(&answers[&2]);
    assert_eq!((refused.reason, refused.fields[0].field.as_str()), (Reason::ValidationFailed, "body"));
    assert_eq!(failed(&answers[&3]).reason, Reason::NotFound);
    assert!(matches!(&answers[&4], Outcome::SendMessage(sent) if sent.message.as_ref().unwrap().seq == 2));
    let marks = match &answers[&5] {
        Outcome::MarkRead(read) => read.marks.unwrap(),
        other => panic!("not marks: {other:?}"),
    };
    assert_eq!((marks.read_seq, marks.unread_count), (2, 0), "the reader wrote the second message");
    assert_eq!(failed(&answers[&6]).reason, Reason::Unauthenticated);
}

#[tokio::test]
async fn a_command_whose_time_passed_in_the_queue_is_not_stored() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let mut commands = Commands::open(&app).await;
    // Somebody holds the head: the first command waits for it inside its batch, the second one behind it.
    let mut held = app.pool.begin().await.unwrap();
    let lock = "SELECT 1 FROM conversations WHERE conversation_id = $1::text::uuid FOR UPDATE";
    sqlx::query(lock).bind(&place).execute(&mut *held).await.unwrap();
    commands.send(1, ada, Command::SendMessage(message(&place, "patient"))).await;
    let waits = "SELECT count(*) FROM pg_stat_activity
                 WHERE application_name = 'message-store' AND datname = current_database() AND wait_event_type = 'Lock'";
    let is_waiting = || async {
        let count: i64 = sqlx::query_scalar(waits).fetch_one(&app.pool).await.unwrap();
        (count > 0).then_some(())
    };
    pulse_testkit::eventually(SOON, is_waiting).await.unwrap();
    let hasty = proto::ExecuteCommandsRequest {
        command_id: 2,
        principal: Some(ada.to_message()),
        timeout_ms: 1,
        command: Some(Command::SendMessage(message(&place, "hasty"))),
        ..Default::default()
    };
    commands.sender.send(hasty).await.unwrap();
    // A round trip later the second command is in the queue, and its time has passed.
    commands.send(3, ada, Command::SendMessage(message(&place, " "))).await;
    assert_eq!(commands.next().await.unwrap().command_id, 3);
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    held.rollback().await.unwrap();

    let answers = commands.take(2).await;
    assert!(matches!(answers[&1], Outcome::SendMessage(_)));
    assert_eq!(failed(&answers[&2]).reason, Reason::Unavailable);
    let bodies: Vec<_> = app.everything(bob, &place).await.into_iter().map(|m| m.body).collect();
    assert_eq!(bodies, ["patient"]);
}

#[tokio::test]
async fn a_shutdown_answers_what_is_in_flight_and_ends_the_stream() {
    let app = App::start().await;
    let (ada, _bob, place) = app.direct().await;
    let mut commands = Commands::open(&app).await;
    for number in 0..200 {
        commands.send(number, ada, Command::SendMessage(message(&place, "hello"))).await;
    }
    let first = commands.next().await.unwrap();
    app.shutdown.begin();
    let mut acknowledged = vec![first];
    while let Some(answer) = commands.next().await {
        acknowledged.push(answer);
    }
    assert!(acknowledged.iter().all(|answer| matches!(answer.result, Some(Outcome::SendMessage(_)))));
    assert!(app.shutdown.finish().await, "within the grace period");
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&app.pool).await.unwrap();
    assert_eq!(usize::try_from(stored).unwrap(), acknowledged.len());
}
