//! Rooms over REST as they grow: more of them and of their members than one page shows, and all that happens in one.

use std::collections::HashSet;

use anyhow::Context as _;
use futures_util::future::try_join_all;
use pulse_client::{NewConversation, NewMessage, SignedIn};
use pulse_testkit::Stack;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::people::{code, connect, gateway_url, sign_up, two_gateways};
use crate::rest::{call, ok, text};

/// Signs people up, in turn at both gateways.
async fn people(stack: &Stack, count: usize) -> anyhow::Result<Vec<SignedIn>> {
    let mut people = Vec::new();
    for number in 0..count {
        people.push(sign_up(&gateway_url(stack, number % 2)?, &format!("person{number}")).await?);
    }
    Ok(people)
}

/// Something of every item of a list, read in pages of a size; none but the last is short.
async fn paged(person: &SignedIn, path: &str, limit: usize, field: &str) -> anyhow::Result<Vec<String>> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ok(person, &format!("GET {path}{separator}limit={limit}{cursor}"), None).await?;
        let items = page["items"].as_array().context("items")?;
        found.extend(items.iter().filter_map(|item| item.pointer(field)?.as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
        anyhow::ensure!(items.len() == limit, "a page of {} that is not the last", items.len());
    }
}

/// Says that there are so many members; the room has no more of them for that.
async fn pretend_members(stack: &Stack, room_id: &str, count: usize) -> anyhow::Result<()> {
    let mut url = reqwest::Url::parse(&stack.description()?.postgres.url)?;
    url.set_path("messages");
    let mut conn = PgConnection::connect(url.as_str()).await?;
    let pretend =
        format!("UPDATE conversations SET member_count = {count} WHERE conversation_id = '{room_id}'");
    sqlx::raw_sql(AssertSqlSafe(pretend)).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

fn fault(problem: &Value) -> (Value, Value) {
    (problem["code"].clone(), problem["errors"][0]["code"].clone())
}

#[tokio::test]
async fn directory_and_members_are_read_page_by_page_without_gap_or_repeat() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let people = people(&stack, 11).await?;
    let [ada, guests @ ..] = people.as_slice() else { anyhow::bail!("nobody") };
    // As many join the third of them as there are guests, the fifth one fewer, and so on; two are alone.
    let mut rooms = Vec::new();
    for (title, joined) in
        [("Cogs 0", 2), ("Cogs 1", 5), ("Sails", 10), ("Cogs 2", 0), ("Wheels", 9), ("Cogs 3", 0)]
    {
        let (room, _) = ada.create(&NewConversation::room(title)).await?;
        let joins = guests.iter().take(joined).map(|guest| guest.join(room.id));
        try_join_all(joins).await?;
        rooms.push(room.id.to_string());
    }
    let stranger = sign_up(&gateway_url(&stack, 0)?, "stranger").await?;
    let expected = ["Sails", "Wheels", "Cogs 1", "Cogs 0", "Cogs 3", "Cogs 2"];
    for limit in [1, 2, 4, 5, 6, 100] {
        let titles = paged(&stranger, "/v1/rooms", limit, "/title").await?;
        assert_eq!(titles, expected, "busiest first, of equals the newest; pages of {limit}");
        let cogs = paged(&stranger, "/v1/rooms?q=cOGS", limit, "/title").await?;
        assert_eq!(cogs, ["Cogs 1", "Cogs 0", "Cogs 3", "Cogs 2"], "pages of {limit}");
    }
    let page = ok(&stranger, "GET /v1/rooms?q=cogs&limit=2", None).await?;
    let cursor = text(&page, "next_cursor");
    for other in ["q=cogs&limit=3", "q=cog&limit=2", "limit=2"] {
        let (status, problem) =
            call(&stranger, &format!("GET /v1/rooms?{other}&cursor={cursor}"), None).await?;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("cursor")), "{other}");
    }
    // Whoever reads on sees none twice, also when rooms were joined and made meanwhile.
    let page = ok(&stranger, "GET /v1/rooms?limit=3", None).await?;
    stranger.join(rooms[2].parse()?).await?;
    ada.create(&NewConversation::room("Newest")).await?;
    let rest = format!("GET /v1/rooms?limit=3&cursor={}", text(&page, "next_cursor"));
    let rest = ok(&stranger, &rest, None).await?;
    let seen = [&page, &rest].into_iter().flat_map(|page| page["items"].as_array().into_iter().flatten());
    let seen: Vec<String> = seen.map(|room| text(room, "title")).collect();
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 6, "{seen:?}");

    // Members: owner and admins first, each in the order of joining, whatever page they would stand on.
    let room = &rooms[2];
    let members = format!("/v1/conversations/{room}/members");
    for late in [&guests[9], &guests[4]] {
        let path = format!("PUT {members}/{}", late.user_id());
        ok(ada, &path, Some(&json!({"role": "admin"}))).await?;
    }
    let all = ok(ada, &format!("GET {members}?limit=100"), None).await?;
    let all = all["items"].as_array().context("items")?;
    let roles: Vec<String> = all.iter().map(|member| text(member, "role")).collect();
    assert_eq!(roles[..3], ["owner", "admin", "admin"]);
    assert!(roles[3..].iter().all(|role| role == "member") && roles.len() == 12, "{roles:?}");
    for part in [&all[..1], &all[1..3], &all[3..]] {
        let joined: Vec<String> = part.iter().map(|member| text(member, "joined_at")).collect();
        assert!(joined.is_sorted(), "{joined:?}");
    }
    let names: Vec<_> = all.iter().map(|member| text(&member["user"], "username")).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 12);
    for limit in [1, 2, 3, 5, 11, 12] {
        assert_eq!(paged(&guests[0], &members, limit, "/user/username").await?, names, "pages of {limit}");
    }
    // Of those who leave between two pages only they are missing.
    let page = ok(ada, &format!("GET {members}?limit=6"), None).await?;
    try_join_all(guests[..4].iter().map(|guest| guest.leave(room.parse().expect("an id")))).await?;
    let rest = format!("GET {members}?limit=6&cursor={}", text(&page, "next_cursor"));
    let rest = ok(ada, &rest, None).await?;
    let left: HashSet<String> = guests[..4].iter().map(|guest| guest.user_id().to_string()).collect();
    let seen = [&page, &rest].into_iter().flat_map(|page| page["items"].as_array().into_iter().flatten());
    let seen: Vec<String> = seen.map(|member| text(&member["user"], "id")).collect();
    let stayed: Vec<String> = all.iter().map(|member| text(&member["user"], "id")).collect();
    let stayed: Vec<&String> = stayed.iter().filter(|id| !left.contains(*id)).collect();
    assert_eq!(seen.iter().filter(|id| !left.contains(*id)).collect::<Vec<_>>(), stayed);
    Ok(())
}

#[tokio::test]
async fn many_come_and_go_and_each_change_has_its_version() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let people = people(&stack, 9).await?;
    let [ada, guests @ ..] = people.as_slice() else { anyhow::bail!("nobody") };
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    for number in 1..=120 {
        ada.send(room.id, &NewMessage::new(format!("turn {number}"))).await?;
    }
    let joined = try_join_all(guests.iter().map(|guest| guest.join(room.id))).await?;
    let versions: HashSet<i64> = joined.iter().map(|seen| seen.version).collect();
    assert_eq!(versions, (room.version + 121..=room.version + 128).collect(), "nobody's is another's");
    let seen = ada.conversation(room.id).await?;
    assert_eq!((seen.member_count, seen.last_seq), (9, 120), "nothing is written of it");

    // What was said before one came is read and found, and is not unread.
    let late = &guests[7];
    let my = late.conversation(room.id).await?.my.context("not in")?;
    assert_eq!((my.read_seq, my.delivered_seq, my.unread_count), (120, 120, 0));
    let bodies: Vec<String> = late.history(room.id).await?.into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, (1..=120).map(|number| format!("turn {number}")).collect::<Vec<_>>());
    let search = "GET /v1/search/messages?q=%22turn+77%22";
    let here = format!("{search}&conversation_id={}", room.id);
    for search in [search, &here] {
        let found = ok(late, search, None).await?;
        assert_eq!(found["items"][0]["message"]["body"], "turn 77", "{found}");
    }

    try_join_all(guests.iter().map(|guest| guest.leave(room.id))).await?;
    let seen = ada.conversation(room.id).await?;
    assert_eq!((seen.member_count, seen.version), (1, room.version + 136));
    let found = ok(late, search, None).await?;
    assert_eq!(found["items"], json!([]), "from outside nothing is found");
    assert_eq!(call(late, &here, None).await?.1["code"], "not_a_member");
    late.join(room.id).await?;
    assert_eq!(ok(late, search, None).await?["items"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn a_room_is_full_closed_opened_handed_over_and_left_by_the_last() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let people = people(&stack, 4).await?;
    let [ada, grace, linus, ken] = people.as_slice() else { anyhow::bail!("nobody") };
    connect(ada, linus).await?;
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    let id = room.id.to_string();
    grace.join(room.id).await?;
    let hers = grace.send(room.id, &NewMessage::new("how it turns")).await?.message;

    // Full: nobody joins, nobody is added, whoever is in stays in; a place that is free is taken.
    pretend_members(&stack, &id, 100_000).await?;
    let full = (json!("validation_failed"), json!("too_many"));
    let (status, problem) = call(linus, &format!("POST /v1/conversations/{id}/join"), None).await?;
    assert_eq!((status, fault(&problem)), (422, full.clone()), "{problem}");
    let add = format!("PUT /v1/conversations/{id}/members/{}", linus.user_id());
    let (status, problem) = call(ada, &add, None).await?;
    assert_eq!((status, fault(&problem)), (422, full), "{problem}");
    grace.join(room.id).await?;
    pretend_members(&stack, &id, 99_999).await?;
    assert_eq!(linus.join(room.id).await?.member_count, 100_000);
    pretend_members(&stack, &id, 3).await?;

    // Closed: read, marked, left and tidied up, and not written.
    assert_eq!(code(grace.close(room.id).await), "forbidden");
    ada.close(room.id).await?;
    let message = format!("/v1/messages/{}", hers.id);
    for (who, operation, body) in [
        (ada, format!("PATCH /v1/conversations/{id}"), Some(json!({"title": "Cogs"}))),
        (ada, format!("PATCH /v1/conversations/{id}"), Some(json!({"topic": null}))),
        (ada, format!("PUT /v1/conversations/{id}/typing"), Some(json!({"active": true}))),
        (ken, format!("POST /v1/conversations/{id}/join"), None),
        (grace, format!("PATCH {message}"), Some(json!({"body": "how it turned"}))),
        (grace, format!("PUT {message}/reactions/%F0%9F%91%8D"), None),
    ] {
        let (status, problem) = call(who, &operation, body.as_ref()).await?;
        assert_eq!((status, &problem["code"]), (403, &json!("conversation_closed")), "{operation}");
    }
    assert_eq!(code(grace.send(room.id, &NewMessage::new("hello")).await), "conversation_closed");
    assert_eq!(ken.conversation(room.id).await?.state, "closed", "seen from outside");
    assert!(ken.rooms("q=engines").await?.items.iter().any(|found| found.id == room.id));
    let last_seq = grace.conversation(room.id).await?.last_seq;
    grace.mark_read(room.id, last_seq).await?;
    ok(grace, &format!("DELETE {message}"), None).await?;
    ada.put_member(room.id, grace.user_id(), Some("admin")).await?;
    linus.leave(room.id).await?;
    assert_eq!(code(linus.join(room.id).await), "conversation_closed");
    ada.reopen(room.id).await?;
    linus.join(room.id).await?;
    grace.send(room.id, &NewMessage::new("on we go")).await?;

    // Handed over: to somebody who is in, once, and the old owner may go.
    assert_eq!(code(ada.transfer(room.id, ken.user_id()).await), "not_found", "not in");
    assert_eq!(code(grace.transfer(room.id, grace.user_id()).await), "forbidden");
    assert_eq!(code(ada.leave(room.id).await), "conflict");
    assert_eq!(ada.transfer(room.id, grace.user_id()).await?.owner_id, Some(grace.user_id()));
    assert_eq!(code(ada.close(room.id).await), "forbidden", "an admin now");
    ada.remove_member(room.id, linus.user_id()).await?;
    assert_eq!(code(linus.join(room.id).await), "forbidden");
    assert_eq!(code(ada.remove_member(room.id, grace.user_id()).await), "forbidden");
    ada.leave(room.id).await?;
    let told = grace.history(room.id).await?;
    let events: Vec<String> =
        told.into_iter().filter_map(|message| message.system).map(|system| system.event).collect();
    assert_eq!(
        events,
        ["closed", "role_changed", "reopened", "transferred", "member_removed"],
        "joins and leaves write nothing"
    );
    grace.leave(room.id).await?;
    for who in [ada, grace, linus, ken] {
        assert_eq!(code(who.conversation(room.id).await), "not_found");
    }
    assert!(ken.rooms("").await?.items.is_empty());
    Ok(())
}
