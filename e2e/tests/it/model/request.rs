//! An operation of the model as a call of the public API.

use serde_json::{Map, Value, json};

use super::conversations::Field;
use super::op::{EMOJI, Op};
use super::run::Run;
use super::world::{Kind, Who};

impl Run {
    /// Method with path, and the body.
    pub(super) fn request(&self, by: Who, op: &Op) -> (String, Option<Value>) {
        self.about_people(by, op).unwrap_or_else(|| self.about_conversations(op))
    }

    fn about_people(&self, by: Who, op: &Op) -> Option<(String, Option<Value>)> {
        let user = |who: &Who| format!("/v1/users/{}", self.ids[*who]);
        let me = |what: &str, who: &Who| format!("/v1/me/{what}/{}", self.ids[*who]);
        Some(match op {
            Op::Follow { to } => (format!("POST {}/follow", user(to)), None),
            Op::Unfollow { to } => (format!("DELETE {}/follow", user(to)), None),
            Op::Answer { from, accept } => {
                // Of a request that never was, any id.
                let id = self.world.requests.get(&(*from, by)).unwrap_or(&self.ids[by]);
                match accept {
                    Some(back) => {
                        (format!("POST /v1/follow-requests/{id}/accept"), Some(json!({"follow_back": back})))
                    }
                    None => (format!("POST /v1/follow-requests/{id}/decline"), None),
                }
            }
            Op::RemoveFollower { follower } => (format!("DELETE {}", me("followers", follower)), None),
            Op::Block { to, active } => (format!("{} {}", verb(*active), me("blocks", to)), None),
            Op::Mute { to, active } => (format!("{} {}", verb(*active), me("mutes", to)), None),
            Op::Settings { open, shy } => {
                let whom = if *shy { "nobody" } else { "everyone" };
                let settings = json!({"approve_follows": !open, "who_can_follow": whom});
                ("PATCH /v1/me".to_owned(), Some(json!({"settings": settings})))
            }
            _ => return None,
        })
    }

    fn about_conversations(&self, op: &Op) -> (String, Option<Value>) {
        let chat = |index: &usize| format!("/v1/conversations/{}", self.world.conversations[*index].id);
        let message = |at: &(usize, usize)| {
            format!("/v1/messages/{}", self.world.conversations[at.0].messages[at.1].id)
        };
        match op {
            Op::Create { kind, title, with, client_id } => (
                "POST /v1/conversations".to_owned(),
                Some(self.new_conversation(*kind, title, with, client_id)),
            ),
            Op::CreateAgain { index, is_other } => {
                let it = &self.world.conversations[*index];
                let title = if *is_other { Some("another title".to_owned()) } else { it.asked.0.clone() };
                let body = self.new_conversation(it.kind, &title, &it.asked.1, &it.client_id);
                ("POST /v1/conversations".to_owned(), Some(body))
            }
            Op::Describe { index, title, topic } => {
                (format!("PATCH {}", chat(index)), Some(fields([("title", title), ("topic", topic)])))
            }
            Op::My { index, pinned, archived, muted } => {
                let mut body = Map::new();
                let flags = [("pinned", pinned), ("archived", archived)];
                body.extend(
                    flags.into_iter().filter_map(|(name, flag)| Some((name.to_owned(), json!((*flag)?)))),
                );
                if let Some(muted) = muted {
                    body.insert("muted_until".to_owned(), json!(muted.then_some("9999-01-01T00:00:00.000Z")));
                }
                (format!("PATCH {}/my", chat(index)), Some(body.into()))
            }
            Op::Delete { index } => (format!("DELETE {}", chat(index)), None),
            Op::PutMember { index, who, role } => {
                let body = role.map(|role| json!({"role": role.text()}));
                (format!("PUT {}/members/{}", chat(index), self.ids[*who]), body)
            }
            Op::RemoveMember { index, who } => {
                (format!("DELETE {}/members/{}", chat(index), self.ids[*who]), None)
            }
            Op::Join { index } => (format!("POST {}/join", chat(index)), None),
            Op::Leave { index } => (format!("POST {}/leave", chat(index)), None),
            Op::Transfer { index, to } => {
                (format!("POST {}/transfer", chat(index)), Some(json!({"user_id": self.ids[*to]})))
            }
            Op::SetState { index, close } => {
                (format!("POST {}/{}", chat(index), if *close { "close" } else { "reopen" }), None)
            }
            Op::Send { index, body, client_id, reply_to } => {
                let mut json = json!({"client_id": client_id, "body": body});
                if let Some((other, at)) = reply_to {
                    json["reply_to"] = json!(self.world.conversations[*other].messages[*at].id);
                }
                (format!("POST {}/messages", chat(index)), Some(json))
            }
            Op::Edit { at, body } => (format!("PATCH {}", message(at)), Some(json!({"body": body}))),
            Op::DeleteMessage { at } => (format!("DELETE {}", message(at)), None),
            Op::React { at, emoji, active } => {
                (format!("{} {}/reactions/{}", verb(*active), message(at), EMOJI[*emoji].1), None)
            }
            Op::Mark { index, seq, is_read } => {
                let mark = if *is_read { "read" } else { "delivered" };
                (format!("PUT {}/{mark}", chat(index)), Some(json!({"seq": seq})))
            }
            // All others are about people.
            _ => ("PUT /v1/conversations/read-all".to_owned(), None),
        }
    }

    fn new_conversation(&self, kind: Kind, title: &Option<String>, with: &[Who], client_id: &str) -> Value {
        let member_ids: Vec<_> = with.iter().map(|who| &self.ids[*who]).collect();
        let mut body = json!({"kind": kind.text(), "member_ids": member_ids});
        if let Some(title) = title {
            body["title"] = json!(title);
        }
        if kind != Kind::Direct {
            body["client_id"] = json!(client_id);
        }
        body
    }
}

fn verb(active: bool) -> &'static str {
    if active { "PUT" } else { "DELETE" }
}

fn fields<const N: usize>(fields: [(&str, &Field); N]) -> Value {
    let present =
        fields.into_iter().filter_map(|(name, field)| Some((name.to_owned(), json!(field.as_ref()?))));
    Value::Object(present.collect())
}
