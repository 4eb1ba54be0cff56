//! What is asked: the path and body of each row.

use pulse_types::UserId;
use serde_json::{Value, json};

use super::{Place, Scene};
use crate::authorisation::table::{Actor, Row};

/// An operation with its ids, and its body.
pub(super) struct Request {
    pub(super) operation: String,
    pub(super) body: Option<Value>,
}

impl Scene {
    pub(super) fn request(&self, row: &Row, actor: Actor) -> Request {
        let mut operation = String::new();
        let mut before = "";
        for segment in row.operation.split('/') {
            if !operation.is_empty() {
                operation.push('/');
            }
            match segment.starts_with('{') {
                true => operation.push_str(&self.id(before, row, actor)),
                false => operation.push_str(segment),
            }
            before = segment;
        }
        operation.push_str(query(&row.operation));
        if row.operation == "GET /v1/events" && row.place != "-" {
            operation.push_str("?scope=conversation:");
            operation.push_str(&self.place(row, actor).conversation_id);
        }
        Request { operation, body: self.body(row, actor) }
    }

    fn place(&self, row: &Row, actor: Actor) -> &Place {
        match row.place.as_str() {
            "room" => &self.room,
            "direct" => self.direct(actor),
            _ => &self.group,
        }
    }

    /// What stands in the path behind a word.
    fn id(&self, word: &str, row: &Row, actor: Actor) -> String {
        let place = self.place(row, actor);
        match word {
            "conversations" => place.conversation_id.clone(),
            "messages" => place.message_id.clone(),
            "attachments" if row.place == "upload" => self.upload_id.clone(),
            "attachments" | "files" => place.attachment_id.clone(),
            "reactions" => "%F0%9F%91%8D".to_owned(),
            // In a direct the other one is not in.
            "members" => self.other.user_id().to_string(),
            "users" => self.owner().user_id().to_string(),
            "by-username" => "owner".to_owned(),
            "followers" | "blocks" | "mutes" => self.outsider.user_id().to_string(),
            "follow-requests" => self.request_id.clone(),
            "sessions" => self.session_id.clone(),
            "export" => self.export_id.clone(),
            // A provider that nobody set up.
            _ => "nope".to_owned(),
        }
    }

    fn body(&self, row: &Row, actor: Actor) -> Option<Value> {
        let operation = row.operation.as_str();
        Some(match operation {
            "POST /v1/auth/register" | "POST /v1/auth/login" | "POST /v1/auth/mfa" => json!({}),
            "POST /v1/auth/refresh" => json!({"refresh_token": "none"}),
            "POST /v1/auth/logout" if actor == Actor::Anonymous => json!({"refresh_token": "none"}),
            "POST /v1/auth/password" => {
                json!({"current_password": "a wrong one", "new_password": "a long new secret"})
            }
            "POST /v1/auth/password/forgot" => json!({"email": "nobody@example.org"}),
            "POST /v1/auth/password/reset" => json!({"token": "none", "new_password": "a long new secret"}),
            "POST /v1/auth/email" => json!({"email": "else@example.org", "password": "a wrong one"}),
            "POST /v1/auth/email/verify" => json!({"token": "none"}),
            "POST /v1/auth/totp" => json!({"password": "a wrong one"}),
            "POST /v1/auth/totp/activate" => json!({"code": "000000"}),
            "POST /v1/auth/totp/recovery-codes" | "DELETE /v1/auth/totp" => {
                json!({"password": "a wrong one", "code": "000000"})
            }
            "POST /v1/auth/oauth/exchange" => json!({"code": "none"}),
            "PATCH /v1/me" => json!({"bio": "somebody"}),
            "DELETE /v1/me" => json!({"password": format!("new{} keeps a long secret", self.newcomers + 1)}),
            "POST /v1/reports" => json!({"user_id": self.outsider.user_id(), "reason": "spam"}),
            "POST /v1/presence/query" => json!({"user_ids": [self.owner().user_id()]}),
            "PUT /v1/me/presence" => json!({"status": "away"}),
            "POST /v1/conversations" => self.new_conversation(&row.place, actor),
            "PATCH /v1/conversations/{id}" => json!({"title": format!("by {actor:?}")}),
            "PATCH /v1/conversations/{id}/my" => json!({"pinned": true}),
            "PUT /v1/conversations/{id}/members/{user_id}" => json!({"role": "admin"}),
            "POST /v1/conversations/{id}/transfer" => json!({"user_id": self.heir(&row.place, actor)}),
            "PUT /v1/conversations/{id}/read" | "PUT /v1/conversations/{id}/delivered" => json!({"seq": 1}),
            "PUT /v1/conversations/{id}/typing" => json!({"active": true}),
            "POST /v1/conversations/{id}/messages" => json!(pulse_client::NewMessage::new("hello again")),
            "PATCH /v1/messages/{id}" => json!({"body": format!("hello from {actor:?}")}),
            _ => return None,
        })
    }

    /// A member to transfer to: in a direct the other one.
    fn heir(&self, place: &str, actor: Actor) -> UserId {
        match (place, actor) {
            ("direct", Actor::Owner) => self.people[Actor::Member as usize - 1].user_id(),
            ("direct", _) => self.owner().user_id(),
            _ => self.other.user_id(),
        }
    }

    /// With the owner; the owner makes it with the member.
    fn new_conversation(&self, kind: &str, actor: Actor) -> Value {
        let with = match actor {
            Actor::Owner => self.people[Actor::Member as usize - 1].user_id(),
            _ => self.owner().user_id(),
        };
        match kind {
            "direct" => json!({"kind": kind, "member_ids": [with]}),
            "group" => json!({"kind": kind, "member_ids": [with], "title": "a group"}),
            _ => json!({"kind": kind, "title": "a room"}),
        }
    }
}

/// What must stand behind the path.
fn query(operation: &str) -> &'static str {
    match operation {
        "GET /v1/users" => "?q=ow",
        "GET /v1/search/messages" => "?q=hello",
        "GET /v1/files/{id}" => "?expires=4102444800&signature=none",
        "GET /v1/conversations/{id}/changes" => "?after=0",
        _ => "",
    }
}
