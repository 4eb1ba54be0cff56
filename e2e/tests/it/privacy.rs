//! What people may ask of the data held on them: a copy of all of it, and that all of it goes.

use std::io::{Cursor, Read as _};

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Client, Export, NewAccount, NewMessage, Profile, SignedIn};
use pulse_testkit::{Stack, StackOptions};
use serde_json::{Value, json};

use crate::people::{code, connect, sign_up, until};
use crate::stores::{everything, mail_text, table_text};

const USERNAME: &str = "canary_kx7q";
const DISPLAY_NAME: &str = "Kanarienvogel Zwitscher";
const BIO: &str = "sings at dawn in Qaanaaq";
const EMAIL: &str = "canary.kx7q@songbird.example";
const USER_AGENT: &str = "CanaryBrowser/77.31";
const MESSAGE: &str = "tweet-tweet-9f3c";
const PASSWORD: &str = "a song that nobody guesses";

/// Everything by which the person could be found.
const CANARIES: [&str; 6] = [USERNAME, DISPLAY_NAME, BIO, EMAIL, USER_AGENT, MESSAGE];

/// A person who has left traces everywhere, and somebody who knows them.
struct Traces {
    stack: Stack,
    canary: SignedIn,
    friend: SignedIn,
    chat: pulse_client::Conversation,
}

async fn traces() -> anyhow::Result<Traces> {
    let stack = Stack::start(StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off")).await?;
    let url = stack.description()?.url;
    let mut account = NewAccount::new(USERNAME, EMAIL, PASSWORD);
    account.display_name = Some(DISPLAY_NAME.to_owned());
    let canary = Client::new(&url)?.register(&account).await?;
    let profile = Profile { bio: Some(BIO.to_owned()), ..Profile::default() };
    canary.update_me(&profile).await?;
    sign_in_with_user_agent(&url).await?;
    let friend = sign_up(&url, "grace").await?;
    connect(&canary, &friend).await?;
    let asked = sign_up(&url, "linus").await?;
    canary.follow(asked.user_id()).await?;
    let chat = canary.open_direct(friend.user_id()).await?;
    for number in 0..3 {
        canary.send(chat.id, &NewMessage::new(format!("{MESSAGE} {number}"))).await?;
    }
    friend.send(chat.id, &NewMessage::new("what a lovely voice")).await?;
    canary.mark_read(chat.id, 4).await?;
    // The newest page, which is kept in Redis from now on.
    friend.messages(chat.id, "limit=50").await?;
    // Presence, and a mistyped password with its trace.
    let socket = canary.connect().await?;
    let refused = Client::new(&url)?.login(EMAIL, "a wrong guess here").await;
    assert_eq!(code(refused), "invalid_credentials");
    drop(socket);
    Ok(Traces { stack, canary, friend, chat })
}

async fn sign_in_with_user_agent(url: &str) -> anyhow::Result<()> {
    let http = reqwest::Client::builder().no_proxy().user_agent(USER_AGENT).build()?;
    let body = json!({"identifier": USERNAME, "password": PASSWORD});
    let response = http.post(format!("{url}/v1/auth/login")).json(&body).send().await?;
    anyhow::ensure!(response.status() == 200, "{}", response.text().await?);
    Ok(())
}

/// Which canaries are where.
async fn found(stack: &Stack) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for held in everything(stack).await? {
        for canary in CANARIES {
            for line in held.text.lines().filter(|line| line.to_lowercase().contains(&canary.to_lowercase()))
            {
                found.push(format!("{}: {canary} in {line}", held.store));
            }
        }
    }
    Ok(found)
}

async fn erasure_is_finished(stack: &Stack) -> anyhow::Result<bool> {
    Ok(erasures(stack).await?.iter().all(|erasure| !erasure.finished_at.is_empty()))
}

struct Row {
    done: String,
    finished_at: String,
}

async fn erasures(stack: &Stack) -> anyhow::Result<Vec<Row>> {
    let mut url = reqwest::Url::parse(&stack.description()?.postgres.url)?;
    url.set_path("auth");
    let mut conn = <sqlx::PgConnection as sqlx::Connection>::connect(url.as_str()).await?;
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT array_to_string(done, ','), coalesce(finished_at::text, '') FROM erasures")
            .fetch_all(&mut conn)
            .await?;
    anyhow::ensure!(!rows.is_empty(), "no erasure was begun");
    Ok(rows.into_iter().map(|(done, finished_at)| Row { done, finished_at }).collect())
}

#[tokio::test]
async fn after_erasing_no_store_holds_a_trace_outside_the_documented_list() -> anyhow::Result<()> {
    let Traces { stack, canary, friend, chat } = traces().await?;
    for canary in CANARIES {
        assert!(
            found(&stack).await?.iter().any(|line| line.contains(canary)),
            "{canary} is nowhere: no proof"
        );
    }
    let mut live = friend.connect().await?;
    canary.delete_me(Some(PASSWORD), None, true).await?;

    let gone = live.next_of("relationship.updated").await?;
    assert_eq!(gone.data, json!({"user_id": canary.user_id(), "user": null}));
    until(async || erasure_is_finished(&stack).await).await?;
    assert_eq!(found(&stack).await?, Vec::<String>::new());
    // Sent mails are the documented exception: they were delivered, here into a folder.
    let mails = mail_text(&stack.description()?.mail_dir)?;
    assert!(mails.iter().any(|mail| mail.contains(EMAIL)), "the verification was sent before");

    let messages = friend.history(chat.id).await?;
    let own: Vec<_> = messages.iter().filter(|message| message.seq <= 3).collect();
    assert!(own.iter().all(|message| message.body.is_empty()), "{own:?}");
    assert!(own.iter().all(|message| message.sender.is_none()));
    let conversation = friend.conversation(chat.id).await?;
    assert!(conversation.peer.is_none());
    assert_eq!(code(friend.send(chat.id, &NewMessage::new("hello?")).await), "not_connected");
    assert_eq!(code(friend.user_by_username(USERNAME).await), "not_found");
    assert_eq!(code(canary.me().await), "session_revoked");
    let url = stack.description()?.url;
    assert_eq!(code(Client::new(&url)?.login(USERNAME, PASSWORD).await), "invalid_credentials");
    // The address is free at once, the username is not.
    let again = Client::new(&url)?.register(&NewAccount::new(USERNAME, EMAIL, PASSWORD)).await;
    assert_eq!(code(again), "username_taken");
    Client::new(&url)?.register(&NewAccount::new("another_bird", EMAIL, PASSWORD)).await?;
    Ok(())
}

#[tokio::test]
async fn kept_messages_stay_without_their_sender() -> anyhow::Result<()> {
    let Traces { stack, canary, friend, chat } = traces().await?;
    canary.delete_me(Some(PASSWORD), None, false).await?;
    until(async || erasure_is_finished(&stack).await).await?;
    let messages = friend.history(chat.id).await?;
    let bodies: Vec<_> =
        messages.iter().map(|message| (message.body.as_str(), message.sender.is_some())).collect();
    let mine = ["tweet-tweet-9f3c 0", "tweet-tweet-9f3c 1", "tweet-tweet-9f3c 2"].map(|body| (body, false));
    assert_eq!(bodies, [mine.as_slice(), &[("what a lovely voice", true)]].concat());
    let rest = found(&stack).await?;
    assert!(rest.iter().all(|line| line.starts_with("messages: tweet-tweet-9f3c in messages")), "{rest:#?}");
    Ok(())
}

#[tokio::test]
async fn erasing_goes_on_after_crashes_between_its_steps() -> anyhow::Result<()> {
    let Traces { stack, canary, friend, chat } = traces().await?;
    // Frozen: a call to it gets no answer.
    let frozen = stack.description()?.services.message_store.pid;
    kill(Pid::from_raw(i32::try_from(frozen)?), Signal::SIGSTOP)?;
    canary.delete_me(Some(PASSWORD), None, true).await?;
    until(async || Ok(erasures(&stack).await?.iter().all(|row| row.done == "social_graph"))).await?;
    let auth = stack.description()?.services.auth.pid;
    kill(Pid::from_raw(i32::try_from(auth)?), Signal::SIGKILL)?;
    until(async || Ok(stack.description()?.services.auth.pid != auth)).await?;
    assert!(!erasure_is_finished(&stack).await?);
    kill(Pid::from_raw(i32::try_from(frozen)?), Signal::SIGKILL)?;
    until(async || Ok(stack.description()?.services.message_store.pid != frozen)).await?;
    until(async || erasure_is_finished(&stack).await).await?;
    assert_eq!(found(&stack).await?, Vec::<String>::new());
    assert!(friend.history(chat.id).await?.iter().take(3).all(|message| message.body.is_empty()));
    Ok(())
}

#[tokio::test]
async fn erasing_waits_for_a_service_that_is_away() -> anyhow::Result<()> {
    let Traces { stack, canary, .. } = traces().await?;
    let frozen = stack.description()?.services.social_graph.pid;
    kill(Pid::from_raw(i32::try_from(frozen)?), Signal::SIGSTOP)?;
    canary.delete_me(Some(PASSWORD), None, true).await?;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert!(erasures(&stack).await?.iter().all(|row| row.done.is_empty() && row.finished_at.is_empty()));
    kill(Pid::from_raw(i32::try_from(frozen)?), Signal::SIGCONT)?;
    until(async || erasure_is_finished(&stack).await).await?;
    assert_eq!(found(&stack).await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn an_export_is_a_zip_of_all_that_is_held_and_of_no_secret() -> anyhow::Result<()> {
    let Traces { stack, canary, friend, .. } = traces().await?;
    let export_id = canary.start_export().await?;
    assert_eq!(code(canary.start_export().await.map(|_| ())), "rate_limited");
    let mut archive = Vec::new();
    until(async || match canary.export(export_id).await? {
        Export::Ready(bytes) => {
            archive = bytes;
            Ok(true)
        }
        Export::Pending => Ok(false),
    })
    .await?;
    assert_eq!(code(friend.export(export_id).await.map(|_| ())), "not_found");

    let mut zip = zip::ZipArchive::new(Cursor::new(archive))?;
    let mut all = String::new();
    let mut names = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        if file.name().ends_with(".json") {
            serde_json::from_str::<Value>(&text).with_context(|| format!("{}: {text}", file.name()))?;
        }
        names.push(file.name().to_owned());
        all.push_str(&text);
    }
    assert_eq!(
        names,
        [
            "README.txt",
            "account.json",
            "sessions.json",
            "identities.json",
            "security_events.json",
            "profile.json",
            "follows.json",
            "blocks.json",
            "mutes.json",
            "reports.json",
            "conversations.json",
            "departures.json",
            "messages.json",
            "reactions.json",
            "attachments.json",
        ]
    );
    let mut explained = String::new();
    zip.by_name("README.txt")?.read_to_string(&mut explained)?;
    for name in &names {
        assert!(explained.contains(name) || name == "README.txt", "{name} is not explained");
    }
    for canary in CANARIES {
        assert!(all.contains(canary), "{canary} is not in the export");
    }
    assert!(!all.contains("what a lovely voice"), "it is somebody else's message");
    let secrets = table_text(&stack, "auth").await?;
    let hash = secrets.split_whitespace().find(|word| word.starts_with("$argon2id$")).context("no hash")?;
    assert!(!all.contains(hash) && !all.contains("argon2"));
    Ok(())
}
