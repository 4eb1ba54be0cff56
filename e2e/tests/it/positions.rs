//! An event that was lost on its way becomes known all the same, within 15 s and without the client's asking.

use std::time::{Duration, Instant};

use pulse_client::{NewConversation, NewMessage};
use pulse_testkit::Stack;
use reqwest::Url;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::people::{connect, gateway_url, two_gateways};
use crate::planes::{await_event, await_within, everything, person, pretend_members, socket, versions};
use crate::rest::{group, number, ok, text};

/// What the contract allows.
const KNOWN_WITHIN: Duration = Duration::from_secs(15);

/// Runs SQL on the messages of a stack.
pub(crate) async fn on_messages(stack: &Stack, sql: &str) -> anyhow::Result<()> {
    let mut url = Url::parse(&stack.description()?.postgres.url)?;
    url.set_path("messages");
    let mut conn = PgConnection::connect(url.as_str()).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

/// From now on what commits is told to nobody, as by a bus that drops it.
pub(crate) async fn lose_events(stack: &Stack) -> anyhow::Result<()> {
    let lose = "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                CREATE TRIGGER lose BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION lose()";
    on_messages(stack, lose).await
}

pub(crate) async fn lose_no_more(stack: &Stack) -> anyhow::Result<()> {
    on_messages(stack, "DROP TRIGGER lose ON outbox; DROP FUNCTION lose()").await
}

fn names(id: &str) -> impl Fn(&Value) -> bool {
    move |data| data["conversation_ids"].as_array().is_some_and(|ids| ids.contains(&json!(id)))
}

#[tokio::test]
async fn a_lost_event_becomes_known_even_the_last_one() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let linus = person(&stack, "linus", 1).await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    let id = text(&group(&ada, "Engines", &[&grace]).await?, "id");
    let (room, _) = ada.create(&NewConversation::room("Lobby")).await?;
    grace.join(room.id).await?;
    pretend_members(&stack, &room.id.to_string(), 70).await?;
    let mut sockets = [
        socket(&grace, "").await?,
        socket(&grace, "inbox").await?,
        socket(&grace, &format!("conversation:{id}")).await?,
        socket(&ada, "").await?,
    ];
    let mut bystander = socket(&linus, "").await?;
    ada.send(id.parse()?, &NewMessage::new("arrives")).await?;
    for socket in &mut sockets {
        await_event(socket, "message.created", |_| true).await?;
    }
    let before = number(&ok(&grace, &format!("GET /v1/conversations/{id}"), None).await?, "version");

    lose_events(&stack).await?;
    let lost_at = Instant::now();
    ada.send(id.parse()?, &NewMessage::new("is lost")).await?;
    ada.send(room.id, &NewMessage::new("is lost as well")).await?;
    lose_no_more(&stack).await?;
    for socket in &mut sockets {
        let left = KNOWN_WITHIN.saturating_sub(lost_at.elapsed());
        await_within(left, socket, "sync.required", names(&id)).await?;
    }
    eprintln!("known after {:.1} s", lost_at.elapsed().as_secs_f64());
    let path = format!("GET /v1/conversations/{id}/changes?after={before}");
    let changes = ok(&grace, &path, None).await?;
    assert_eq!(changes["messages"][0]["body"], "is lost");

    // It is told once, and what follows arrives at once as if nothing had been.
    ada.send(id.parse()?, &NewMessage::new("arrives again")).await?;
    for socket in &mut sockets {
        await_event(socket, "message.created", |data| data["body"] == "arrives again").await?;
    }
    tokio::time::sleep(Duration::from_secs(12)).await;
    for socket in &mut sockets {
        let events = everything(socket).await;
        assert!(events.iter().all(|event| event.event_type != "sync.required"), "{events:?}");
    }
    assert!(everything(&mut bystander).await.iter().all(|event| event.event_type != "sync.required"));
    Ok(())
}

#[tokio::test]
async fn somebody_whose_membership_began_or_ended_unheard_gets_to_know() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let linus = person(&stack, "linus", 1).await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    let id = text(&group(&ada, "Engines", &[&grace]).await?, "id");
    let mut here = socket(&grace, "").await?;
    let mut only = socket(&grace, &format!("conversation:{id}")).await?;
    let mut there = socket(&linus.at(&gateway_url(&stack, 1)?)?, "").await?;
    here.request("conversation.open", json!({"conversation_id": id})).await?;
    lose_events(&stack).await?;
    let member = |who: &pulse_client::SignedIn| format!("/v1/conversations/{id}/members/{}", who.user_id());
    ok(&ada, &format!("PUT {}", member(&linus)), None).await?;
    ok(&ada, &format!("DELETE {}", member(&grace)), None).await?;
    lose_no_more(&stack).await?;
    for socket in [&mut here, &mut only, &mut there] {
        await_within(KNOWN_WITHIN, socket, "sync.required", names(&id)).await?;
    }
    let closed = tokio::time::timeout(Duration::from_secs(2), only.wait_closed()).await?;
    assert_eq!(closed, Some(1000));
    // Nobody types to whoever is gone.
    ok(&ada, &format!("PUT /v1/conversations/{id}/typing"), Some(&json!({"active": true}))).await?;
    ada.send(id.parse()?, &NewMessage::new("between us")).await?;
    let events = everything(&mut here).await;
    assert!(events.iter().all(|event| event.event_type != "typing"), "{events:?}");
    assert!(versions(&events, &id).is_empty());
    await_event(&mut there, "message.created", |_| true).await?;
    Ok(())
}
