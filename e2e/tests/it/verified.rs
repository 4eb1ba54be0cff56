//! Where a verified address is required: what waits for it, and what does not.

use pulse_client::{Client, SignedIn};
use pulse_testkit::{Stack, StackOptions};
use pulse_types::{RequestId, SystemClock};
use serde_json::{Value, json};

use crate::mailbox::letter;
use crate::people::{code, connect, sign_up, until};
use crate::rest::{call, ok, text};

const STRANGER: &str = "0190a5c6-7c1f-7000-8000-000000000001";

/// Follows the link that was mailed to somebody.
pub(crate) async fn verify(stack: &Stack, name: &str, person: &SignedIn) -> anyhow::Result<()> {
    let token = letter(stack, "verify_email", &format!("{name}@example.org"), 1).await?.token()?;
    Client::new(&stack.description()?.url)?.verify_email(&token).await?;
    until(async || Ok(person.me().await?.email_verified)).await
}

fn said(body: &str) -> Value {
    json!({"client_id": RequestId::new(&SystemClock).to_string(), "body": body})
}

/// Status and code of a call.
async fn outcome(person: &SignedIn, operation: &str, body: &Value) -> anyhow::Result<(u16, String)> {
    let (status, answer) = call(person, operation, Some(body)).await?;
    Ok((status, text(&answer, "code")))
}

#[tokio::test]
async fn conversations_are_begun_and_written_in_from_verified_addresses_alone() -> anyhow::Result<()> {
    let options = StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off");
    let stack = Stack::start(options.set("PULSE_AUTH_REQUIRE_VERIFIED_EMAIL", "on")).await?;
    let url = stack.description()?.url;
    let (ada, grace) = (sign_up(&url, "ada").await?, sign_up(&url, "grace").await?);
    let linus = sign_up(&url, "linus").await?;
    let (_, config) = Client::new(&url)?.raw(reqwest::Method::GET, "/v1/config", None).await?;
    assert_eq!(config["require_verified_email"], true);
    verify(&stack, "ada", &ada).await?;
    verify(&stack, "grace", &grace).await?;
    connect(&ada, &grace).await?;
    let room = json!({"kind": "room", "title": "Engines"});
    let room = ok(&ada, "POST /v1/conversations", Some(&room)).await?;
    let messages = format!("POST /v1/conversations/{}/messages", text(&room, "id"));
    let message = ok(&ada, &messages, Some(&said("welcome"))).await?;

    // Each kind, once its form is right and nobody in it is unknown.
    let begin = "POST /v1/conversations";
    let unverified = (403, "email_unverified".to_owned());
    let own_room = json!({"kind": "room", "title": "Cogs", "client_id": STRANGER});
    let group = json!({"kind": "group", "member_ids": [ada.user_id(), grace.user_id()]});
    let direct = json!({"kind": "direct", "member_ids": [ada.user_id()]});
    for wanted in [&own_room, &group, &direct] {
        assert_eq!(outcome(&linus, begin, wanted).await?, unverified, "{wanted}");
    }
    let (status, problem) = call(&linus, begin, Some(&own_room)).await?;
    let told = (&problem["type"], &problem["status"]);
    assert_eq!((status, told), (403, (&json!("urn:pulsechat:error:email_unverified"), &json!(403))));
    let unknown = json!({"kind": "group", "member_ids": [ada.user_id(), STRANGER]});
    assert_eq!(outcome(&linus, begin, &unknown).await?.0, 404, "told first");
    assert_eq!(outcome(&linus, begin, &json!({"kind": "room"})).await?.0, 422, "told before that");
    assert!(linus.conversations().await?.items.is_empty(), "and nothing was made");
    assert_eq!(linus.rooms("").await?.items.len(), 1);

    // A room is joined and read, and all that is no send goes on.
    let id = text(&room, "id");
    ok(&linus, &format!("POST /v1/conversations/{id}/join"), None).await?;
    assert_eq!(linus.history(id.parse()?).await?.len(), 1);
    assert_eq!(outcome(&linus, &messages, &said("hello")).await?, unverified);
    let socket = linus.connect().await?;
    assert_eq!(code(socket.send_message(id.parse()?, "hello").await), "email_unverified");
    let reaction = format!("PUT /v1/messages/{}/reactions/%F0%9F%91%8D", text(&message, "id"));
    ok(&linus, &reaction, None).await?;
    ok(&linus, &format!("PUT /v1/conversations/{id}/read"), Some(&json!({"seq": 1}))).await?;
    assert_eq!(ada.history(id.parse()?).await?.len(), 1, "nothing was stored");

    verify(&stack, "linus", &linus).await?;
    until(async || Ok(outcome(&linus, begin, &own_room).await?.0 == 201)).await?;
    let (status, _) = call(&linus, begin, Some(&own_room)).await?;
    assert_eq!(status, 200, "a repeat");
    ok(&linus, &messages, Some(&said("hello"))).await?;
    until(async || Ok(socket.send_message(id.parse()?, "at last").await.is_ok())).await?;
    // What else is wanted is asked as of everybody.
    assert_eq!(outcome(&linus, begin, &group).await?, (403, "not_connected".to_owned()));
    assert_eq!(outcome(&linus, begin, &direct).await?, (403, "not_connected".to_owned()));
    connect(&linus, &ada).await?;
    assert_eq!(outcome(&linus, begin, &direct).await?.0, 201);
    Ok(())
}
