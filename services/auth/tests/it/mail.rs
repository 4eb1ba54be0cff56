//! The queue of mails: nothing is lost while a server is down, nothing is sent twice, nothing tells what it should not.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pulse_proto::auth::v1::{ClientInfo, RegisterRequest};
use pulse_rpc::Reason;
use pulse_runtime::telemetry::render_metrics;
use pulse_testkit::{Behaviour, Eml, Received, SmtpServer, eventually};

use crate::support::{Auth, PUBLIC_URL, World, registration};

const SOON: Duration = Duration::from_secs(15);

async fn start_with_server(server: &SmtpServer) -> Auth {
    let url = server.url();
    Auth::start_with(|world: &mut World| world.settings = vec![("PULSE_AUTH_SMTP_URL", url)]).await
}

/// Moves the clock until every mail that waits was tried at least `attempts` times; gives the last errors.
async fn until_tried(auth: &Auth, attempts: i32) -> Vec<String> {
    let pool = auth.pool().await;
    let ask = || async {
        let tried = "SELECT attempts, last_error FROM mails ORDER BY mail_id";
        let tried: Vec<(i32, Option<String>)> = sqlx::query_as(tried).fetch_all(&pool).await.unwrap();
        let is_done =
            !tried.is_empty() && tried.iter().all(|(count, error)| *count >= attempts && error.is_some());
        if is_done {
            return Some(tried.into_iter().filter_map(|(_, error)| error).collect());
        }
        auth.advance(1);
        tokio::time::sleep(Duration::from_millis(50)).await;
        None
    };
    eventually(SOON, ask).await.unwrap()
}

/// Moves the clock until the only mail that waits failed for this reason; gives how often it was tried.
async fn until_error(auth: &Auth, error: &str) -> i32 {
    let pool = auth.pool().await;
    let ask = || async {
        auth.advance(1);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let attempts = sqlx::query_scalar("SELECT attempts FROM mails WHERE last_error = $1");
        attempts.bind(error).fetch_optional(&pool).await.unwrap()
    };
    eventually(SOON, ask).await.unwrap()
}

async fn until_received(server: &SmtpServer, count: usize) -> Vec<Received> {
    let ask = || async { Some(server.received()).filter(|received| received.len() >= count) };
    eventually(SOON, ask).await.unwrap()
}

#[tokio::test]
async fn a_server_that_is_down_for_a_while_loses_nothing_and_gets_nothing_twice() {
    let server = SmtpServer::start().await.unwrap();
    server.behave(Behaviour::Down);
    let auth = start_with_server(&server).await;
    for username in ["ada", "grace", "edsger"] {
        auth.register(username).await;
    }
    until_tried(&auth, 2).await;
    assert!(server.received().is_empty());
    server.behave(Behaviour::Takes);
    auth.advance(60);
    let received = until_received(&server, 3).await;
    auth.until_no_mail_waits().await;
    let mut recipients: Vec<_> = received.iter().flat_map(|received| received.to.clone()).collect();
    recipients.sort();
    assert_eq!(recipients, ["ada@example.org", "edsger@example.org", "grace@example.org"]);
    auth.advance(3600);
    auth.register("alan").await;
    assert_eq!(until_received(&server, 4).await.len(), 4, "none came twice");
}

#[tokio::test]
async fn what_was_stored_before_the_process_ended_is_sent_by_the_next_one() {
    let server = SmtpServer::start().await.unwrap();
    server.behave(Behaviour::Down);
    let mut auth = start_with_server(&server).await;
    auth.register("ada").await;
    let pool = auth.pool().await;
    until_tried(&auth, 1).await;
    // As a process leaves it that ended while it was sending.
    let leased = "UPDATE mails SET next_attempt_at = now() + interval '1 day', last_error = NULL";
    let replica = std::mem::replace(&mut auth.replica, auth.world.spawn().await);
    replica.stop().await.unwrap();
    sqlx::query(leased).execute(&pool).await.unwrap();
    server.behave(Behaviour::Takes);
    auth.advance(30);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(server.received().is_empty(), "the lease of the other one holds");
    sqlx::query("UPDATE mails SET next_attempt_at = created_at").execute(&pool).await.unwrap();
    assert_eq!(until_received(&server, 1).await.len(), 1);
    auth.until_no_mail_waits().await;
}

#[tokio::test]
async fn a_mail_whose_taking_was_not_confirmed_comes_again_under_one_message_id() {
    let server = SmtpServer::start().await.unwrap();
    server.behave(Behaviour::BreaksOff);
    let auth = start_with_server(&server).await;
    auth.register("ada").await;
    until_tried(&auth, 1).await;
    server.behave(Behaviour::Takes);
    auth.advance(60);
    let received = until_received(&server, 2).await;
    auth.until_no_mail_waits().await;
    let ids: Vec<_> = received.iter().map(|received| received.mail.header("Message-ID")).collect();
    assert!(ids[0].starts_with('<') && ids[0].ends_with("@localhost>"), "{ids:?}");
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_recipient_that_is_refused_for_good_is_given_up_and_anything_else_is_tried_again() {
    let server = SmtpServer::start().await.unwrap();
    server.behave(Behaviour::Refuses("550 5.1.1 <ada@example.org>: no such mailbox".to_owned()));
    let auth = start_with_server(&server).await;
    auth.register("ada").await;
    auth.until_no_mail_waits().await;

    server.behave(Behaviour::Refuses("450 4.2.1 try later".to_owned()));
    auth.register("grace").await;
    assert_eq!(until_tried(&auth, 1).await, ["recipient: the server answered 450"]);
    server.behave(Behaviour::Refuses("550 5.7.1 relaying denied".to_owned()));
    let attempts = until_error(&auth, "recipient: the server answered 550").await;
    server.behave(Behaviour::RefusesSender("553 5.1.8 who are you".to_owned()));
    assert!(until_error(&auth, "sender: the server answered 553").await > attempts);
    server.behave(Behaviour::Takes);
    auth.advance(120);
    let received = until_received(&server, 1).await;
    assert_eq!((received.len(), &received[0].to), (1, &vec!["grace@example.org".to_owned()]));
}

#[tokio::test]
async fn a_mail_that_has_lost_its_use_is_not_sent() {
    let server = SmtpServer::start().await.unwrap();
    server.behave(Behaviour::Down);
    let auth = start_with_server(&server).await;
    auth.register("ada").await;
    until_tried(&auth, 1).await;
    // Earlier than the mail: one that was tried in vain waits for a clock that stands still.
    server.behave(Behaviour::Takes);
    auth.forgot_password("ada@example.org").await.unwrap();
    // The link that sets a password works for an hour, the other one for a day.
    until_received(&server, 1).await;
    server.behave(Behaviour::Down);
    auth.forgot_password("ada@example.org").await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.behave(Behaviour::Takes);
    auth.advance(3600);
    let received = until_received(&server, 2).await;
    auth.until_no_mail_waits().await;
    let kinds: Vec<_> = received.iter().map(|received| received.mail.kind()).collect();
    assert_eq!(kinds, ["reset_password", "verify_email"], "the second link was of no use any more");
}

#[tokio::test]
async fn two_replicas_send_each_mail_once() {
    let server = SmtpServer::start().await.unwrap();
    let auth = start_with_server(&server).await;
    let _second = auth.world.spawn().await;
    for n in 0..25 {
        auth.register(&format!("person{n}")).await;
    }
    let received = until_received(&server, 25).await;
    auth.until_no_mail_waits().await;
    let mut ids: Vec<_> = received.iter().map(|received| received.mail.header("Message-ID")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((received.len(), ids.len()), (25, 25));
}

#[tokio::test]
async fn a_mail_is_readable_by_a_plain_reader_and_holds_one_link() {
    let auth = Auth::start().await;
    auth.try_register(RegisterRequest {
        email: " Ada@Example.org ".to_owned(),
        // Nothing of what a device says of itself reaches a header.
        client: Some(ClientInfo {
            user_agent: "x\r\nBcc: eve@example.org\r\n\r\n".to_owned(),
            ip: "127.0.0.1\r\nX-Eve: 1".to_owned(),
        }),
        ..registration("ada")
    })
    .await
    .unwrap();
    let [mail] = auth.mails("Ada@Example.org", "verify_email", 1).await.try_into().unwrap();
    let expected = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "X-PulseChat-Mail",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ];
    assert_eq!(mail.header_names(), expected);
    assert_eq!(mail.header("From"), "PulseChat <no-reply@localhost>");
    let links = mail.links();
    assert_eq!(links.len(), 1, "{}", mail.body());
    assert!(links[0].starts_with(&format!("{PUBLIC_URL}/verify-email#token=pulse_mt_")), "{links:?}");
    let html = mail.part("text/html").replace("&#x2f;", "/");
    assert!(html.contains(&format!("<a href=\"{}\"", links[0])), "{html}");
    auth.verify_email(mail.token()).await.unwrap();
}

#[tokio::test]
async fn no_address_can_write_a_header() {
    let auth = Auth::start().await;
    for email in [
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\nBcc:eve@example.org",
        "ada@example.org, eve@example.org",
        "\"a\r\nBcc: eve@example.org\"@example.org",
        "<ada@example.org>",
        "ada@example.org\0",
    ] {
        let request = RegisterRequest { email: email.to_owned(), ..registration("ada") };
        assert_eq!(
            auth.try_register(request).await.unwrap_err().reason,
            Reason::ValidationFailed,
            "{email:?}"
        );
        let failure = auth.forgot_password(email).await.unwrap_err();
        assert_eq!(failure.reason, Reason::ValidationFailed, "{email:?}");
    }
    assert!(Eml::read_folder(auth.world.mail_dir.path()).unwrap().is_empty());
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn logs_and_metrics_and_tables_tell_neither_addresses_nor_tokens() {
    let written = Written::default();
    let writer = written.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .init();
    render_metrics();
    let server = SmtpServer::start().await.unwrap();
    server.behave(Behaviour::Refuses("450 <canary@example.org> try later".to_owned()));
    let auth = start_with_server(&server).await;
    auth.register("canary").await;
    let pool = auth.pool().await;
    until_tried(&auth, 1).await;
    let stored: Vec<String> =
        sqlx::query_scalar("SELECT m::text FROM mails m").fetch_all(&pool).await.unwrap();
    assert!(stored.iter().all(|row| !row.contains("canary")), "{stored:?}");
    server.behave(Behaviour::Takes);
    auth.advance(60);
    let received = until_received(&server, 1).await;
    server.behave(Behaviour::Refuses("550 <canary@example.org> unknown".to_owned()));
    auth.forgot_password("canary@example.org").await.unwrap();
    auth.until_no_mail_waits().await;
    let token = received[0].mail.token();
    auth.verify_email(token).await.unwrap();

    let metrics = render_metrics();
    let logs = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(logs.contains("a mail will be tried again") && logs.contains("a mail is given up"), "{logs}");
    assert!(
        metrics.contains("pulse_auth_mails_total{kind=\"verify_email\",outcome=\"sent\"} 1"),
        "{metrics}"
    );
    assert!(metrics.contains("pulse_auth_mails_waiting"), "{metrics}");
    for text in [logs, metrics] {
        for line in text.lines() {
            assert!(!line.contains("canary@") && !line.contains("pulse_mt_"), "{line}");
        }
    }
}
