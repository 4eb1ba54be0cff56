//! The AsyncAPI 3.0 document of sockets and event streams, made from the types of the frames.

mod requests;

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema as _, ToSchema};

use self::requests::REQUESTS;
use crate::http::problem::FieldError;
use crate::ws::frames::{Event, Reply};

/// Events that only streams carry: on a socket, `sync` is asked for, and the close frame says why it ends.
const OF_STREAMS: [&str; 2] = ["sync", "closing"];
/// How a live connection ends: the code, what it means, and whether the client is to come back.
const CLOSE_CODES: [(u16, &str, &str); 13] = [
    (1000, "bye; the membership of the only conversation has ended", "no"),
    (1002, "not a valid WebSocket frame", "no"),
    (1007, "not UTF-8", "no"),
    (1009, "a frame too large", "no"),
    (1011, "internal error", "yes, back off"),
    (1012, "the server stops", "yes, after reconnect_after_ms"),
    (1013, "overloaded, closed by an operator, or the session can't be checked", "yes, back off"),
    (4400, "malformed frame", "no"),
    (4401, "the access token has expired", "yes, with a fresh token"),
    (4403, "the session is revoked or at its end", "no; sign in"),
    (4408, "heartbeat missed", "yes"),
    (4429, "flooding", "yes, back off"),
    (4503, "events were not read fast enough", "yes, then sync"),
];

/// The document.
#[must_use]
pub fn document() -> Value {
    let events = events();
    let of_sockets = events.keys().filter(|name| !OF_STREAMS.contains(&name.as_str()));
    let mut on_socket: Vec<String> = of_sockets.cloned().collect();
    let told: Vec<_> = on_socket.iter().map(|name| on("socket", name)).collect();
    let streamed: Vec<_> = events.keys().map(|name| on("stream", name)).collect();
    let on_stream: Vec<String> = events.keys().cloned().collect();
    let mut operations = Map::new();
    let mut messages = events;
    for request in REQUESTS {
        let (ask, reply) = (format!("{}.request", request.name), format!("{}.reply", request.name));
        let about = json!({
            "action": "receive",
            "channel": {"$ref": "#/channels/socket"},
            "title": request.name,
            "summary": request.summary,
            "messages": [on("socket", &ask)],
            "reply": {
                "channel": {"$ref": "#/channels/socket"},
                "messages": [on("socket", &reply), on("socket", "error")],
            },
        });
        operations.insert(request.name.to_owned(), about);
        messages.insert(ask.clone(), request.message());
        messages.insert(reply.clone(), reply_message(request.name, &reply_data(request.reply)));
        on_socket.extend([ask, reply]);
    }
    messages.insert("error".to_owned(), error_message());
    on_socket.push("error".to_owned());
    operations.insert(
        "events".to_owned(),
        json!({
            "action": "send",
            "channel": {"$ref": "#/channels/socket"},
            "summary": "What the server says unasked; `hello` first",
            "messages": told,
        }),
    );
    operations.insert("stream".to_owned(), json!({
        "action": "send",
        "channel": {"$ref": "#/channels/stream"},
        "summary": "The same as server-sent events; the id of an event is a sync token",
        "messages": streamed,
        "bindings": {"http": {"method": "GET", "query": query(&["scope", "since"]), "bindingVersion": "0.3.0"}},
    }));
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:pulsechat:events",
        "info": info(),
        "defaultContentType": "application/json",
        "servers": {"sockets": server("wss"), "streams": server("https")},
        "channels": {"socket": socket(&on_socket), "stream": stream(&on_stream)},
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": schemas(),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    })
}

fn info() -> Value {
    json!({
        "title": "PulseChat",
        "version": "1",
        "description": "Frames are JSON text, one object each. Every request has an `id` and is answered by exactly one `reply` or `error` \
            with the same one; all other frames are events. Clients ignore events, fields and values that they do not know. What is \
            asked over REST is in `/v1/openapi.json`.",
        "license": {"name": "Apache-2.0"},
    })
}

fn server(protocol: &str) -> Value {
    json!({
        "host": "{host}",
        "protocol": protocol,
        "description": "Without TLS on a machine of one's own: `ws` and `http`",
        "variables": {"host": {"description": "Host and port of the public URL", "default": "localhost:8080"}},
        "security": [{"$ref": "#/components/securitySchemes/bearer"}],
    })
}

fn socket(messages: &[String]) -> Value {
    let protocol = "Offered: `pulse.v1.json`, and by browsers, which can't set `Authorization`, also `bearer.<access_token>`";
    json!({
        "address": "/v1/ws",
        "title": "Socket",
        "servers": [{"$ref": "#/servers/sockets"}],
        "messages": refs(messages),
        "bindings": {"ws": {
            "method": "GET",
            "query": query(&["scope"]),
            "headers": {"type": "object", "required": ["Sec-WebSocket-Protocol"], "properties": {
                "Sec-WebSocket-Protocol": {"type": "string", "description": protocol},
                "Authorization": {"type": "string", "description": "`Bearer <access_token>`"},
            }},
            "bindingVersion": "0.1.0",
        }},
        "x-close-codes": close_codes(),
    })
}

fn stream(messages: &[String]) -> Value {
    json!({
        "address": "/v1/events",
        "title": "Event stream",
        "description": "Read with `fetch`: `EventSource` can't send the token. `Last-Event-ID` or `since` resumes: nothing is missed.",
        "servers": [{"$ref": "#/servers/streams"}],
        "messages": refs(messages),
        "x-close-codes": close_codes(),
    })
}

fn close_codes() -> Vec<Value> {
    let told = CLOSE_CODES.iter();
    told.map(|(code, meaning, reconnect)| json!({"code": code, "meaning": meaning, "reconnect": reconnect}))
        .collect()
}

fn query(names: &[&str]) -> Value {
    let scope = json!({
        "type": "string",
        "pattern": "^(all|inbox|conversation:[0-9a-f-]{36})$",
        "default": "all",
        "description": "`all`, `inbox` (no conversation plane) or `conversation:<id>` (that conversation alone)",
    });
    let since = json!({"type": "string", "description": "A sync token; the header `Last-Event-ID` wins"});
    let known = [("scope", scope), ("since", since)];
    let properties: Map<_, _> = known
        .into_iter()
        .filter(|(name, _)| names.contains(name))
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    json!({"type": "object", "properties": properties})
}

fn on(channel: &str, message: &str) -> Value {
    json!({"$ref": format!("#/channels/{channel}/messages/{message}")})
}

fn refs(messages: &[String]) -> Map<String, Value> {
    let pointer = |name: &String| (name.clone(), json!({"$ref": format!("#/components/messages/{name}")}));
    messages.iter().map(pointer).collect()
}

/// The variants of an enum, as its schema has them.
fn variants<T: utoipa::PartialSchema>() -> Vec<Value> {
    let schema = serde_json::to_value(T::schema()).unwrap_or_default();
    schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The messages of all events by their type. One type may have several shapes.
fn events() -> Map<String, Value> {
    let mut events = Map::new();
    for mut payload in variants::<Event<'_>>() {
        let kind =
            payload.pointer("/properties/type/enum/0").and_then(Value::as_str).unwrap_or_default().to_owned();
        let summary =
            payload.as_object_mut().and_then(|payload| payload.remove("description")).unwrap_or_default();
        match events.get_mut(&kind) {
            None => {
                let message =
                    json!({"name": kind, "title": kind, "summary": summary, "payload": {"anyOf": [payload]}});
                events.insert(kind, message);
            }
            Some(message) => {
                if let Some(shapes) = message.pointer_mut("/payload/anyOf").and_then(Value::as_array_mut) {
                    shapes.push(payload);
                }
            }
        }
    }
    for message in events.values_mut() {
        let shape = message.pointer("/payload/anyOf").and_then(Value::as_array);
        // One shape needs no choice.
        if let Some([only]) = shape.map(Vec::as_slice) {
            let only = only.clone();
            if let Some(message) = message.as_object_mut() {
                message.insert("payload".to_owned(), only);
            }
        }
    }
    events
}

/// The data of a reply, by the name of its variant.
fn reply_data(variant: &str) -> Value {
    let mut found = variants::<Reply>()
        .into_iter()
        .find(|reply| reply.get("title").is_some_and(|title| title == variant));
    if let Some(data) = found.as_mut().and_then(Value::as_object_mut) {
        data.remove("title");
        data.remove("description");
    }
    found.unwrap_or_default()
}

fn reference() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "description": "The client's reference; comes back with the answer"})
}

fn reply_message(name: &str, data: &Value) -> Value {
    json!({
        "name": "reply",
        "title": format!("reply to {name}"),
        "correlationId": {"location": "$message.payload#/id"},
        "payload": {"type": "object", "required": ["type", "id", "data"], "properties": {
            "type": {"type": "string", "const": "reply"},
            "id": reference(),
            "data": data,
            "replayed": {"type": "boolean", "description": "`true`: it had been done before by an earlier request"},
        }},
    })
}

fn error_message() -> Value {
    let error = json!({"type": "object", "required": ["code", "detail"], "properties": {
        "code": {"type": "string", "description": "As the codes of REST", "examples": ["validation_failed"]},
        "detail": {"type": "string", "description": "What was wrong and what to do"},
        "retry_after_ms": {"type": "integer", "minimum": 0},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}, "description": "With `validation_failed`"},
    }});
    json!({
        "name": "error",
        "title": "error",
        "summary": "What was asked is refused; the socket stays",
        "correlationId": {"location": "$message.payload#/id"},
        "payload": {"type": "object", "required": ["type", "id", "error"], "properties": {
            "type": {"type": "string", "const": "error"},
            "id": reference(),
            "error": error,
        }},
    })
}

/// All shapes that the messages name.
fn schemas() -> Map<String, Value> {
    let mut found = vec![(FieldError::name().into_owned(), FieldError::schema())];
    Event::schemas(&mut found);
    Reply::schemas(&mut found);
    let written = |(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default());
    found.into_iter().map(written).collect()
}

#[cfg(test)]
mod tests;
