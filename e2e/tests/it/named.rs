//! Conversations that a client opens by a name of its own: a repeat is safe, of directs as of groups and rooms.

use pulse_client::SignedIn;
use serde_json::{Value, json};

use crate::people::{connect, gateway_url, sign_up, two_gateways};

/// Status, whether it is told to be a repeat, and the conversation's id or the reason of the refusal.
async fn open(who: &SignedIn, url: &str, body: &Value) -> anyhow::Result<(u16, bool, String)> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let request = http.post(format!("{url}/v1/conversations")).bearer_auth(&who.session.access_token);
    let response = request.json(body).send().await?;
    let status = response.status().as_u16();
    let is_repeat = response.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
    let answer: Value = response.json().await?;
    let told = if status < 300 { &answer["id"] } else { &answer["code"] };
    Ok((status, is_repeat, told.as_str().unwrap_or_default().to_owned()))
}

#[tokio::test]
async fn a_name_opens_one_conversation_however_often_it_is_sent() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let (here, there) = (gateway_url(&stack, 0)?, gateway_url(&stack, 1)?);
    let ada = sign_up(&here, "ada").await?;
    let (grace, linus) = (sign_up(&there, "grace").await?, sign_up(&there, "linus").await?);
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    let direct = |with: &SignedIn, name: &str| json!({"kind": "direct", "member_ids": [with.user_id()], "client_id": name});
    let (first, second) = ("0b9f3f36-6f3c-4b68-a3a4-43b9ca1c0d01", "0b9f3f36-6f3c-4b68-a3a4-43b9ca1c0d02");

    let (status, is_repeat, id) = open(&ada, &here, &direct(&grace, first)).await?;
    assert_eq!((status, is_repeat), (201, false));
    assert_eq!(open(&ada, &there, &direct(&grace, first)).await?, (200, true, id.clone()));
    assert_eq!(open(&ada, &here, &direct(&grace, second)).await?, (200, false, id.clone()), "it stood");
    assert_eq!(open(&ada, &there, &direct(&grace, second)).await?, (200, true, id.clone()));
    let nameless = json!({"kind": "direct", "member_ids": [grace.user_id()]});
    assert_eq!(open(&ada, &here, &nameless).await?, (200, false, id.clone()));

    let mismatch = (409, false, "idempotency_mismatch".to_owned());
    assert_eq!(open(&ada, &here, &direct(&linus, first)).await?, mismatch);
    let group = json!({"kind": "group", "member_ids": [grace.user_id()], "client_id": second});
    assert_eq!(open(&ada, &there, &group).await?, mismatch);

    let third = "0b9f3f36-6f3c-4b68-a3a4-43b9ca1c0d03";
    let group = json!({"kind": "group", "member_ids": [linus.user_id()], "client_id": third});
    let (status, _, made) = open(&ada, &here, &group).await?;
    assert_eq!((status, open(&ada, &there, &group).await?), (201, (200, true, made.clone())));
    ada.delete_conversation(made.parse()?).await?;
    assert_eq!(
        open(&ada, &there, &group).await?,
        (404, false, "not_found".to_owned()),
        "it is gone for good"
    );

    // The connection may end: what was opened is told again, and nothing new is opened.
    ada.unfollow(grace.user_id()).await?;
    assert_eq!(open(&ada, &here, &direct(&grace, first)).await?, (200, true, id));
    let refused = open(&ada, &here, &nameless).await?;
    assert_eq!((refused.0, refused.2.as_str()), (403, "not_connected"));
    Ok(())
}
