//! A client's copy, built from pages of changes and from events, equals what the service shows: in whatever order they come,
//! and however often.

use std::collections::BTreeMap;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use pulse_client::{NewMessage, SignedIn};
use pulse_events::{Event, EventType};
use pulse_proto::messages::v1 as proto;
use pulse_testkit::{Stack, StackOptions};
use serde_json::{Value, json};

use crate::people::{connect, sign_up, until};
use crate::rest::{group, history, number, ok, text};

/// What a client is told; each with the version at which it is true.
#[derive(Debug, Clone)]
enum Told {
    Message(i64, Value),
    Deleted(i64, String),
    Reactions(i64, String, BTreeMap<String, u64>),
    Head(i64, Value),
    Member(i64, String, Option<String>),
}

/// The copy: of each thing what has the highest version.
#[derive(Debug, Default)]
struct Copy {
    messages: BTreeMap<String, (i64, Value)>,
    deleted: BTreeMap<String, i64>,
    reactions: BTreeMap<String, (i64, BTreeMap<String, u64>)>,
    head: Option<(i64, Value)>,
    members: BTreeMap<String, (i64, Option<String>)>,
}

impl Copy {
    fn learn(&mut self, told: &Told) {
        match told.clone() {
            Told::Message(version, message) => {
                keep(&mut self.messages, text(&message, "id"), version, message)
            }
            Told::Deleted(version, id) => {
                self.deleted.insert(id, version);
            }
            Told::Reactions(version, id, reactions) => keep(&mut self.reactions, id, version, reactions),
            Told::Member(version, id, role) => keep(&mut self.members, id, version, role),
            Told::Head(version, head) => {
                if self.head.as_ref().is_none_or(|(known, _)| *known < version) {
                    self.head = Some((version, head));
                }
            }
        }
    }

    /// As [`shown`] gives it.
    fn state(&self) -> Value {
        let messages = self.messages.iter().map(|(id, (version, message))| {
            let (mut version, mut message) = (*version, message.clone());
            if let Some((newer, reactions)) = self.reactions.get(id).filter(|(newer, _)| *newer > version) {
                (version, message["reactions"]) = (*newer, json!(reactions));
            }
            if let Some(newer) = self.deleted.get(id).filter(|newer| **newer > version) {
                version = *newer;
                message["deleted"] = json!(true);
                (message["body"], message["reactions"]) = (json!(""), json!({}));
            }
            message["version"] = json!(version);
            (id.clone(), message)
        });
        // A transfer is told by the new owner's id alone; whoever was the owner is admin then.
        let owner = self.head.as_ref().map(|(_, head)| text(head, "owner_id")).unwrap_or_default();
        let members = self.members.iter().filter_map(|(id, (_, role))| {
            let role = match role.as_deref()? {
                _ if *id == owner => "owner",
                "owner" => "admin",
                role => role,
            };
            Some((id.clone(), role.to_owned()))
        });
        json!({
            "messages": messages.collect::<BTreeMap<_, _>>(),
            "members": members.collect::<BTreeMap<_, _>>(),
            "head": self.head.as_ref().map(|(_, head)| head),
        })
    }
}

fn keep<T>(map: &mut BTreeMap<String, (i64, T)>, id: String, version: i64, value: T) {
    if map.get(&id).is_none_or(|(known, _)| *known < version) {
        map.insert(id, (version, value));
    }
}

fn counts(reactions: &Value) -> BTreeMap<String, u64> {
    let items = reactions.as_array().into_iter().flatten();
    items.map(|item| (text(item, "emoji"), item["count"].as_u64().unwrap_or_default())).collect()
}

/// The part of a `Message` that is compared.
fn message(message: &Value) -> Value {
    json!({
        "id": message["id"],
        "seq": message["seq"],
        "version": message["version"],
        "body": message["body"],
        "reactions": counts(&message["reactions"]),
        "deleted": !message["deleted_at"].is_null(),
    })
}

fn head(conversation: &Value) -> Value {
    json!({"title": conversation["title"], "state": conversation["state"], "owner_id": conversation["owner_id"]})
}

/// What the service shows now.
async fn shown(person: &SignedIn, id: &str) -> anyhow::Result<Value> {
    let messages = history(person, id).await?;
    let messages = messages.iter().map(|item| (text(item, "id"), message(item)));
    let members = ok(person, &format!("GET /v1/conversations/{id}/members"), None).await?;
    let members = members["items"].as_array().context("items")?.iter();
    let members = members.map(|item| (text(&item["user"], "id"), text(item, "role")));
    Ok(json!({
        "messages": messages.collect::<BTreeMap<_, _>>(),
        "members": members.collect::<BTreeMap<_, _>>(),
        "head": head(&ok(person, &format!("GET /v1/conversations/{id}"), None).await?),
    }))
}

/// All pages of changes from the beginning.
async fn changes(person: &SignedIn, id: &str) -> anyhow::Result<Vec<Told>> {
    let (mut told, mut after) = (Vec::new(), 0);
    loop {
        let page = ok(person, &format!("GET /v1/conversations/{id}/changes?after={after}"), None).await?;
        let list = |name: &str| page[name].as_array().cloned().unwrap_or_default();
        told.extend(
            list("messages").iter().map(|item| Told::Message(number(item, "version"), message(item))),
        );
        told.extend(list("members").iter().map(|item| {
            Told::Member(number(item, "version"), text(&item["user"], "id"), Some(text(item, "role")))
        }));
        let conversation = &page["conversation"];
        told.push(Told::Head(number(conversation, "version"), head(conversation)));
        after = number(&page, "version");
        if page["has_more"] != true {
            return Ok(told);
        }
    }
}

fn role(role: i32) -> String {
    let role = proto::MemberRole::try_from(role).unwrap_or_default();
    role.as_str_name().trim_start_matches("MEMBER_ROLE_").to_lowercase()
}

fn event_message(message: proto::Message) -> Told {
    let reactions = message.reactions.iter().map(|item| (item.emoji.clone(), item.count));
    let value = json!({
        "id": message.message_id,
        "seq": message.seq,
        "version": message.version,
        "body": message.body,
        "reactions": reactions.collect::<BTreeMap<_, _>>(),
        "deleted": message.deleted_at.is_some(),
    });
    Told::Message(message.version, value)
}

/// What an event tells of this conversation.
fn told(event: &Event) -> anyhow::Result<Option<Told>> {
    Ok(match event.event_type {
        EventType::MessageCreated => event.decode::<proto::MessageCreated>()?.message.map(event_message),
        EventType::MessageUpdated => event.decode::<proto::MessageUpdated>()?.message.map(event_message),
        EventType::MessageDeleted => {
            let deleted: proto::MessageDeleted = event.decode()?;
            Some(Told::Deleted(deleted.version, deleted.message_id))
        }
        EventType::ReactionUpdated => {
            let updated: proto::ReactionUpdated = event.decode()?;
            let reactions = updated.reactions.into_iter().map(|item| (item.emoji, u64::from(item.count)));
            Some(Told::Reactions(updated.version, updated.message_id, reactions.collect()))
        }
        EventType::MemberChanged => {
            let changed: proto::MemberChanged = event.decode()?;
            let is_gone = changed.change() == proto::MemberChange::Removed;
            let role = (!is_gone).then(|| role(changed.role));
            Some(Told::Member(changed.version, changed.user_id, role))
        }
        EventType::ConversationUpdated => {
            let updated: proto::ConversationUpdated = event.decode()?;
            updated.conversation.map(|it| {
                let closed = it.state() == proto::ConversationState::Closed;
                let state = if closed { "closed" } else { "open" };
                let title = (!it.title.is_empty()).then_some(it.title);
                Told::Head(it.version, json!({"title": title, "state": state, "owner_id": it.owner_id}))
            })
        }
        _ => None,
    })
}

/// Everything that changes a conversation.
async fn live(people: [&SignedIn; 3], id: &str) -> anyhow::Result<()> {
    let [ada, grace, linus] = people;
    let mut sent = Vec::new();
    for index in 0..12 {
        let body = json!(NewMessage::new(format!("message {index}")));
        let path = format!("POST /v1/conversations/{id}/messages");
        sent.push(text(&ok(people[index % 3], &path, Some(&body)).await?, "id"));
    }
    let thumb = "reactions/%F0%9F%91%8D";
    ok(grace, &format!("PUT /v1/messages/{}/{thumb}", sent[0]), None).await?;
    ok(linus, &format!("PUT /v1/messages/{}/{thumb}", sent[0]), None).await?;
    ok(ada, &format!("PATCH /v1/messages/{}", sent[0]), Some(&json!({"body": "edited"}))).await?;
    ok(grace, &format!("DELETE /v1/messages/{}/{thumb}", sent[0]), None).await?;
    ok(ada, &format!("PATCH /v1/messages/{}", sent[3]), Some(&json!({"body": "edited as well"}))).await?;
    ok(linus, &format!("PUT /v1/messages/{}/{thumb}", sent[4]), None).await?;
    ok(grace, &format!("DELETE /v1/messages/{}", sent[4]), None).await?;
    let chat = format!("/v1/conversations/{id}");
    ok(ada, &format!("PATCH {chat}"), Some(&json!({"title": "another title"}))).await?;
    let member = format!("{chat}/members/{}", linus.user_id());
    ok(ada, &format!("PUT {member}"), Some(&json!({"role": "admin"}))).await?;
    ok(ada, &format!("DELETE {member}"), None).await?;
    ok(ada, &format!("POST {chat}/transfer"), Some(&json!({"user_id": grace.user_id()}))).await?;
    ok(grace, &format!("POST {chat}/close"), None).await?;
    ok(grace, &format!("POST {chat}/reopen"), None).await?;
    ok(grace, &format!("POST {chat}/close"), None).await.map(drop)
}

/// Another order, the same for the same number.
fn shuffled(told: &[Told], seed: usize) -> Vec<Told> {
    let mut order: Vec<_> = (0..told.len()).collect();
    order.sort_by_key(|index| (index + 1).wrapping_mul(2_654_435_761 + seed * 40_503) % 1_000_003);
    order.into_iter().map(|index| told[index].clone()).collect()
}

#[tokio::test]
async fn changes_and_events_in_any_order_give_what_is_shown() -> anyhow::Result<()> {
    let stack = Stack::start(StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off")).await?;
    let description = stack.description()?;
    let ada = sign_up(&description.url, "ada").await?;
    let grace = sign_up(&description.url, "grace").await?;
    let linus = sign_up(&description.url, "linus").await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;

    let nats = description.nats.url;
    let address: async_nats::ServerAddr = nats.parse()?;
    let user = address.username().context("no user")?.to_owned();
    let password = address.password().context("no password")?.to_owned();
    let bus = async_nats::ConnectOptions::with_user_and_password(user, password).connect(nats).await?;
    let mut events = bus.subscribe(format!("pulse.v1.user.{}", grace.user_id())).await?;
    bus.flush().await?;

    let made = group(&ada, "a title", &[&grace, &linus]).await?;
    let id = text(&made, "id");
    let mut all = changes(&grace, &id).await?;
    live([&ada, &grace, &linus], &id).await?;

    // Each version from the first one to the head is told by one event.
    let head = number(&ok(&grace, &format!("GET /v1/conversations/{id}"), None).await?, "version");
    let mut versions = std::collections::BTreeSet::new();
    until(async || {
        while let Ok(Some(next)) =
            tokio::time::timeout(std::time::Duration::from_millis(50), events.next()).await
        {
            let Ok(event) = Event::read(&next) else { continue };
            if let Some(told) = told(&event)? {
                versions.insert(match &told {
                    Told::Message(version, _) | Told::Deleted(version, _) | Told::Reactions(version, ..) => {
                        *version
                    }
                    Told::Head(version, _) | Told::Member(version, ..) => *version,
                });
                all.push(told);
            }
        }
        Ok(versions.last() == Some(&head))
    })
    .await?;
    let first = number(&made, "version");
    let missing: Vec<_> = (first + 1..=head).filter(|version| !versions.contains(version)).collect();
    assert!(missing.is_empty(), "no event told of the versions {missing:?} of {head}");

    let expected = shown(&grace, &id).await?;
    // Late pages mix in as well, and everything comes twice.
    let late = changes(&grace, &id).await?;
    for with_late in [false, true] {
        let mut told = [all.clone(), all.clone()].concat();
        if with_late {
            told.extend(late.iter().cloned());
        }
        for seed in 0..200 {
            let mut copy = Copy::default();
            shuffled(&told, seed).iter().for_each(|told| copy.learn(told));
            assert_eq!(copy.state(), expected, "order {seed}, late pages {with_late}");
        }
    }
    Ok(())
}
