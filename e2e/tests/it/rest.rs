//! Calls of the public REST API by what the contract writes: method, path and JSON.

use anyhow::Context as _;
use pulse_client::SignedIn;
use reqwest::Method;
use serde_json::{Value, json};

/// Status and JSON of an answer (`null` for none).
pub(crate) async fn call(
    person: &SignedIn,
    operation: &str,
    body: Option<&Value>,
) -> anyhow::Result<(u16, Value)> {
    let (method, path) = operation.split_once(' ').context("method and path")?;
    let (status, answer) = person.raw(Method::from_bytes(method.as_bytes())?, path, body).await?;
    Ok((status.as_u16(), answer))
}

/// The JSON of a call that must succeed.
pub(crate) async fn ok(person: &SignedIn, operation: &str, body: Option<&Value>) -> anyhow::Result<Value> {
    let (status, answer) = call(person, operation, body).await?;
    anyhow::ensure!((200..300).contains(&status), "{operation}: {status} {answer}");
    Ok(answer)
}

/// All items of a list, page by page.
pub(crate) async fn list(person: &SignedIn, path: &str) -> anyhow::Result<Vec<Value>> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ok(person, &format!("GET {path}{separator}limit=100{cursor}"), None).await?;
        items.extend(page["items"].as_array().context("items")?.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

/// The whole history of a conversation, ascending.
pub(crate) async fn history(person: &SignedIn, conversation_id: &str) -> anyhow::Result<Vec<Value>> {
    let mut items: Vec<Value> = Vec::new();
    loop {
        let after = items.last().map_or(0, |message| number(message, "seq"));
        let path = format!("GET /v1/conversations/{conversation_id}/messages?after={after}&limit=100");
        let page = ok(person, &path, None).await?;
        items.extend(page["items"].as_array().context("items")?.iter().cloned());
        if page["has_after"] != true {
            return Ok(items);
        }
    }
}

/// A group with a title, made by its owner.
pub(crate) async fn group(owner: &SignedIn, title: &str, members: &[&SignedIn]) -> anyhow::Result<Value> {
    let member_ids: Vec<_> = members.iter().map(|member| member.user_id()).collect();
    let body = json!({"kind": "group", "title": title, "member_ids": member_ids});
    ok(owner, "POST /v1/conversations", Some(&body)).await
}

/// A field that is a number; 0 when it is none.
pub(crate) fn number(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or_default()
}

/// A field that is a text; empty when it is none.
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
