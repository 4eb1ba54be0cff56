//! Who may open a socket, what is told first, and how a socket follows its access token.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::SignedIn;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::people::{code, gateway_url, pair, sign_up, two_gateways};
use crate::rest::{number, ok, text};
use crate::wire::{WireSocket, address};

const NOBODY: &str = "0190a5c6-7c1f-7000-8000-000000000001";
/// Handshakes that one gateway has under way.
const UNDER_WAY_MAX: usize = 2048;
/// How many more are begun.
const TOO_MANY: usize = 8;
/// Requests of one HTTP/2 connection.
const STREAMS_MAX: usize = 128;

/// What a handshake has; each test leaves something out.
struct Handshake<'a> {
    origin: Option<&'a str>,
    token: Option<&'a str>,
    upgrade: bool,
    protocol: Option<&'a str>,
    scope: &'a str,
}

/// Status and code of a handshake that is refused; 101 when it is not.
async fn outcome(url: &str, handshake: &Handshake<'_>) -> anyhow::Result<(u16, String)> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut request = client.get(format!("{url}/v1/ws?scope={}", handshake.scope));
    if let Some(origin) = handshake.origin {
        request = request.header("Origin", origin);
    }
    if let Some(token) = handshake.token {
        request = request.bearer_auth(token);
    }
    if handshake.upgrade {
        request = request
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    if let Some(protocol) = handshake.protocol {
        request = request.header("Sec-WebSocket-Protocol", protocol);
    }
    let response = request.send().await?;
    let status = response.status().as_u16();
    if status == 101 {
        return Ok((status, String::new()));
    }
    let problem: Value = serde_json::from_str(&response.text().await?)?;
    Ok((status, text(&problem, "code")))
}

#[tokio::test]
async fn refusals_come_in_the_order_of_the_contract() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let url = gateway_url(&pair.stack, 1)?;
    let room = json!({"kind": "room", "title": "Engines"});
    let room = text(&ok(&pair.ada, "POST /v1/conversations", Some(&room)).await?, "id");
    let (in_room, nowhere) = (format!("conversation:{room}"), format!("conversation:{NOBODY}"));
    let hers = format!("conversation:{}", pair.chat.id);
    // All her places are taken: what is told before that is told first.
    let mut sockets = Vec::new();
    for _ in 0..32 {
        sockets.push(pair.grace.connect().await?);
    }
    let token = Some(pair.grace.session.access_token.as_str());
    let protocol = Some("pulse.v1.json");
    let worst = Handshake {
        origin: Some("https://evil.example"),
        token: None,
        upgrade: false,
        protocol: None,
        scope: "no",
    };
    let steps = [
        (403, "origin_not_allowed", Handshake { ..worst }),
        (401, "unauthenticated", Handshake { origin: None, ..worst }),
        (426, "upgrade_required", Handshake { origin: None, token, ..worst }),
        (400, "malformed", Handshake { origin: None, token, upgrade: true, ..worst }),
        (422, "validation_failed", Handshake { origin: None, token, upgrade: true, protocol, ..worst }),
        (404, "not_found", Handshake { origin: None, token, upgrade: true, protocol, scope: &nowhere }),
        (403, "not_a_member", Handshake { origin: None, token, upgrade: true, protocol, scope: &in_room }),
        (429, "rate_limited", Handshake { origin: None, token, upgrade: true, protocol, scope: &hers }),
    ];
    for (status, code, handshake) in &steps {
        assert_eq!(outcome(&url, handshake).await?, (*status, (*code).to_owned()));
    }
    drop(sockets.pop());
    let last = Handshake {
        origin: Some(&pair.stack.description()?.url),
        token,
        upgrade: true,
        protocol,
        scope: &hers,
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    // Until the other gateways know that one has gone.
    while outcome(&url, &last).await?.0 != 101 {
        anyhow::ensure!(Instant::now() < deadline, "her place is free again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_request_that_is_never_finished_is_cut() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let url = gateway_url(&stack, 0)?;
    let began = Instant::now();
    let mut half = TcpStream::connect(address(&url)?).await?;
    half.write_all(b"GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: webs").await?;
    let mut preface = TcpStream::connect(address(&url)?).await?;
    preface.write_all(b"PRI * HTTP/2").await?;
    let mut silent = TcpStream::connect(address(&url)?).await?;
    let drip = async {
        // Each byte in time is not enough: it is the whole that counts.
        let mut dripping = TcpStream::connect(address(&url)?).await?;
        for byte in b"GET /v1/ws HTTP/1.1\r\nHost: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" {
            if dripping.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        anyhow::Ok(began.elapsed())
    };
    let ends = async |stream: &mut TcpStream| {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        began.elapsed()
    };
    let patience = Duration::from_secs(30);
    let (half, preface, silent, dripping) = tokio::join!(
        tokio::time::timeout(patience, ends(&mut half)),
        tokio::time::timeout(patience, ends(&mut preface)),
        tokio::time::timeout(patience, ends(&mut silent)),
        tokio::time::timeout(patience, drip),
    );
    let dripping = dripping.map(Result::unwrap_or_default);
    for (kind, after) in [("half", half), ("preface", preface), ("silent", silent), ("dripping", dripping)] {
        let after = after.unwrap_or(Duration::MAX);
        assert!((Duration::from_secs(8)..Duration::from_secs(20)).contains(&after), "{kind}: {after:?}");
    }
    Ok(())
}

/// Asks for an event stream: the status, and what is told beside it.
async fn stream(http: reqwest::Client, url: String, token: String) -> anyhow::Result<(u16, String)> {
    let answer = http.get(url).bearer_auth(token).send().await?;
    match answer.status().as_u16() {
        200 => Ok((200, String::new())),
        status => Ok((status, text(&serde_json::from_str(&answer.text().await?)?, "detail"))),
    }
}

#[tokio::test]
async fn handshakes_that_pile_up_are_bounded_and_it_recovers() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let url = gateway_url(&pair.stack, 1)?;
    let token = pair.grace.session.access_token.clone();
    let before = pair.grace.connect().await?;
    let address = format!("{url}/v1/events?scope=conversation:{}", pair.chat.id);
    // Whose conversation it is nobody can tell just now, so each of them waits.
    let message_store = Pid::from_raw(i32::try_from(pair.stack.description()?.services.message_store.pid)?);
    kill(message_store, Signal::SIGSTOP)?;
    let began = Instant::now();
    let mut waiting = JoinSet::new();
    let http2 = (0..=UNDER_WAY_MAX / STREAMS_MAX)
        .map(|_| reqwest::Client::builder().no_proxy().http2_prior_knowledge().build());
    let http2 = http2.collect::<Result<Vec<_>, _>>()?;
    for number in 0..UNDER_WAY_MAX + TOO_MANY {
        let http = http2[number / STREAMS_MAX].clone();
        waiting.spawn(stream(http, address.clone(), token.clone()));
    }
    for _ in 0..TOO_MANY {
        let refused = waiting.join_next().await.context("nobody waits")???;
        assert!(refused.0 == 503 && refused.1.contains("too many sockets"), "{refused:?}");
    }
    eprintln!("{UNDER_WAY_MAX} wait after {:?}", began.elapsed());
    let one_more = tokio::time::timeout(Duration::from_millis(300), waiting.join_next()).await;
    assert!(one_more.is_err(), "all that the limit allows do wait: {one_more:?}");
    let handshake = Handshake {
        origin: None,
        token: Some(&token),
        upgrade: true,
        protocol: Some("pulse.v1.json"),
        scope: "all",
    };
    let asked = Instant::now();
    assert_eq!(outcome(&url, &handshake).await?, (503, "unavailable".to_owned()), "a socket is one as well");
    assert!(asked.elapsed() < Duration::from_secs(1), "at once: {:?}", asked.elapsed());
    before.request("ping", json!({})).await?;
    pair.grace.at(&url)?.user_by_username("ada").await?;

    kill(message_store, Signal::SIGCONT)?;
    while let Some(answered) = waiting.join_next().await {
        let (status, detail) = answered??;
        // She may have 32 sockets; whose time was over before is told so.
        assert!(
            [200, 429, 503].contains(&status) && !detail.contains("too many sockets"),
            "{status} {detail}"
        );
    }
    crate::people::until(async || Ok(outcome(&url, &handshake).await?.0 == 101)).await?;
    before.send_message(pair.chat.id, "here all the time").await?;
    Ok(())
}

#[tokio::test]
async fn sockets_are_opened_so_often_and_no_oftener_over_all_gateways() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let elsewhere = ada.at(&gateway_url(&stack, 1)?)?;
    let mut opened = 0;
    let refusal = loop {
        let here: &SignedIn = if opened % 2 == 0 { &ada } else { &elsewhere };
        match here.connect().await {
            Ok(_) => opened += 1,
            // Those that have gone are still counted for a moment.
            Err(error) if error.to_string().contains("sockets open") => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => break code::<()>(Err(error)),
        }
        anyhow::ensure!(opened < 900, "300 a minute are allowed");
    };
    assert_eq!(refusal, "rate_limited");
    // A quarter at each gateway is not counted for both.
    assert!(opened >= 300, "{opened}");
    Ok(())
}

#[tokio::test]
async fn a_socket_ends_with_its_token_unless_another_one_is_shown() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", "6")]).await?;
    let mut ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let mut socket = WireSocket::open(&ada).await?;
    let hello = socket.next().await?;
    let expiring = socket.next_of("auth.expiring").await?;
    let field = "access_token_expires_at";
    assert_eq!(expiring["data"][field], hello["data"][field], "at once: less than 30 s are left");

    // Somebody else's, and one of another session of hers.
    let another = pulse_client::Client::new(ada.base_url())?.login("ada", "ada keeps a long secret").await?;
    for foreign in [&grace, &another] {
        let data = json!({"access_token": foreign.session.access_token});
        socket.send(json!({"type": "auth.refresh", "id": "a", "data": data}).to_string()).await?;
        assert_eq!(socket.next_of("error").await?["error"]["code"], "forbidden");
    }
    socket.send(r#"{"type":"auth.refresh","id":"a","data":{"access_token":"garbled"}}"#).await?;
    assert_eq!(socket.next_of("error").await?["error"]["code"], "unauthenticated");
    tokio::time::sleep(Duration::from_secs(2)).await;
    ada.refresh().await?;
    let data = json!({"access_token": ada.session.access_token});
    socket.send(json!({"type": "auth.refresh", "id": "b", "data": data}).to_string()).await?;
    let renewed = socket.next_of("reply").await?;
    assert!(text(&renewed["data"], field) > text(&hello["data"], field));
    assert_eq!(socket.next_of("auth.expiring").await?["data"][field], renewed["data"][field]);
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(500)).await;
        socket.send(r#"{"type":"ping","id":"p"}"#).await?;
        assert_eq!(socket.next_of("reply").await?["id"], "p", "it lives on by the new one");
    }
    assert_eq!(socket.closed().await?, Some(4401));
    assert!(number(&hello["data"], "heartbeat_interval_ms") == 25_000);
    Ok(())
}
