//! The people of the table and what they ask about, made over the public API and set again after every change.

mod requests;

use anyhow::Context as _;
use pulse_client::{Client, SignedIn};
use pulse_testkit::{Stack, StackOptions};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use self::requests::Request;
use super::table::{Actor, Row};
use crate::people::{connect, sign_up};
use crate::rest::{ok, text};

/// A conversation with a message in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) conversation_id: String,
    pub(super) message_id: String,
    pub(super) attachment_id: String,
}

/// Everything that stands on the stage.
pub(super) struct Scene {
    _stack: Stack,
    url: String,
    /// Follows no redirection.
    http: reqwest::Client,
    /// As the columns of the table, without the first.
    people: Vec<SignedIn>,
    /// In group and room, for others to act upon.
    other: SignedIn,
    /// Has blocked `blocked`, and knows nobody else.
    outsider: SignedIn,
    group: Place,
    room: Place,
    /// Of blocked, ex, member and admin with the owner.
    directs: [Place; 4],
    request_id: String,
    session_id: String,
    export_id: String,
    upload_id: String,
    newcomers: u32,
}

const NAMES: [&str; 7] = ["stranger", "pending", "blocked", "former", "member", "admin", "owner"];

impl Scene {
    /// Signs up everybody and makes everything.
    pub(super) async fn set() -> anyhow::Result<Self> {
        let stack = Stack::start(StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off")).await?;
        let url = stack.description()?.url;
        let mut people = Vec::new();
        for name in NAMES {
            people.push(sign_up(&url, name).await?);
        }
        let other = sign_up(&url, "other").await?;
        let outsider = sign_up(&url, "outsider").await?;
        let http =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let mut scene = Self {
            _stack: stack,
            url,
            http,
            people,
            other,
            outsider,
            group: Place::default(),
            room: Place::default(),
            directs: Default::default(),
            request_id: String::new(),
            session_id: String::new(),
            export_id: String::new(),
            upload_id: String::new(),
            newcomers: 0,
        };
        scene.relate().await?;
        scene.group = scene.conversation("group").await?;
        scene.room = scene.conversation("room").await?;
        scene.session_id = scene.owners_second_session().await?;
        scene.export_id = text(&ok(scene.owner(), "POST /v1/me/export", None).await?, "export_id");
        scene.upload_id = scene.upload(scene.person(Actor::Member)?).await?;
        Ok(scene)
    }

    /// Who is what to the owner, and the directs from before that ended.
    async fn relate(&mut self) -> anyhow::Result<()> {
        let owner = self.owner().clone();
        connect(&owner, &self.other).await?;
        connect(self.person(Actor::Admin)?, self.person(Actor::Ex)?).await?;
        connect(self.person(Actor::Admin)?, &self.other).await?;
        let partners = [Actor::Blocked, Actor::Ex, Actor::Member, Actor::Admin];
        for (index, actor) in partners.into_iter().enumerate() {
            let person = self.person(actor)?.clone();
            connect(&owner, &person).await?;
            let body = json!({"kind": "direct", "member_ids": [owner.user_id()]});
            let direct = ok(&person, "POST /v1/conversations", Some(&body)).await?;
            self.directs[index] = self.with_message(&person, text(&direct, "id")).await?;
        }
        let owner_id = owner.user_id();
        ok(self.person(Actor::Ex)?, &format!("DELETE /v1/users/{owner_id}/follow"), None).await?;
        let ex_id = self.person(Actor::Ex)?.user_id();
        ok(&owner, &format!("DELETE /v1/users/{ex_id}/follow"), None).await?;
        let blocked_id = self.person(Actor::Blocked)?.user_id();
        for blocker in [&owner, &self.outsider] {
            ok(blocker, &format!("PUT /v1/me/blocks/{blocked_id}"), None).await?;
        }
        self.ask_to_follow().await
    }

    /// Makes a group or a room with a message by the member.
    async fn conversation(&self, kind: &str) -> anyhow::Result<Place> {
        let ids = [
            self.person(Actor::Member)?.user_id(),
            self.person(Actor::Admin)?.user_id(),
            self.other.user_id(),
        ];
        let body = json!({"kind": kind, "title": format!("a {kind}"), "member_ids": ids});
        let made = ok(self.owner(), "POST /v1/conversations", Some(&body)).await?;
        let id = text(&made, "id");
        let member = |id: &str, of: &SignedIn| format!("/v1/conversations/{id}/members/{}", of.user_id());
        let admin = self.person(Actor::Admin)?;
        ok(self.owner(), &format!("PUT {}", member(&id, admin)), Some(&json!({"role": "admin"}))).await?;
        let ex = member(&id, self.person(Actor::Ex)?);
        ok(admin, &format!("PUT {ex}"), None).await?;
        ok(self.owner(), &format!("DELETE {ex}"), None).await?;
        self.with_message(self.person(Actor::Member)?, id).await
    }

    /// Sends a message with a file.
    async fn with_message(&self, sender: &SignedIn, conversation_id: String) -> anyhow::Result<Place> {
        let attachment_id = self.upload(sender).await?;
        let mut body = json!(pulse_client::NewMessage::new("hello"));
        body["attachment_ids"] = json!([attachment_id]);
        let path = format!("POST /v1/conversations/{conversation_id}/messages");
        let message_id = text(&ok(sender, &path, Some(&body)).await?, "id");
        Ok(Place { conversation_id, message_id, attachment_id })
    }

    async fn upload(&self, person: &SignedIn) -> anyhow::Result<String> {
        let (status, answer) = self.post_file(Some(person)).await?;
        anyhow::ensure!(status == 201, "{status} {answer}");
        Ok(text(&answer, "id"))
    }

    async fn post_file(&self, person: Option<&SignedIn>) -> anyhow::Result<(u16, Value)> {
        let request = self.http.post(format!("{}/v1/attachments", self.url));
        let request = request.header("content-type", "multipart/form-data; boundary=line").body(
            "--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\n\
             content-type: text/plain\r\n\r\na note\r\n--line--\r\n",
        );
        send(request, person).await
    }

    /// The pending one asks the owner (anew).
    async fn ask_to_follow(&mut self) -> anyhow::Result<()> {
        let pending = self.person(Actor::Pending)?.clone();
        let owner_id = self.owner().user_id();
        ok(self.owner(), &format!("DELETE /v1/me/followers/{}", pending.user_id()), None).await?;
        ok(&pending, &format!("POST /v1/users/{owner_id}/follow"), None).await?;
        let requests = ok(&pending, "GET /v1/follow-requests?direction=outgoing", None).await?;
        self.request_id = text(&requests["items"][0], "id");
        Ok(())
    }

    async fn owners_second_session(&self) -> anyhow::Result<String> {
        let session = Client::new(&self.url)?.login("owner", "owner keeps a long secret").await?;
        Ok(session.session.session_id.to_string())
    }

    pub(super) fn owner(&self) -> &SignedIn {
        &self.people[NAMES.len() - 1]
    }

    fn person(&self, actor: Actor) -> anyhow::Result<&SignedIn> {
        (actor as usize).checked_sub(1).and_then(|index| self.people.get(index)).context("nobody")
    }

    /// The direct that an actor asks about.
    fn direct(&self, actor: Actor) -> &Place {
        match actor {
            Actor::Blocked => &self.directs[0],
            Actor::Ex => &self.directs[1],
            Actor::Admin => &self.directs[3],
            _ => &self.directs[2],
        }
    }

    /// Makes the call of a row as an actor.
    pub(super) async fn ask(&mut self, row: &Row, actor: Actor) -> anyhow::Result<(u16, Value)> {
        let request = self.request(row, actor);
        let newcomer = match (row.place.as_str(), actor) {
            (_, Actor::Anonymous) => None,
            ("new", _) => {
                self.newcomers += 1;
                Some(sign_up(&self.url, &format!("new{}", self.newcomers)).await?)
            }
            _ => Some(self.person(actor)?.clone()),
        };
        if row.operation == "POST /v1/attachments" {
            return self.post_file(newcomer.as_ref()).await;
        }
        let Request { operation, body } = request;
        let (method, path) = operation.split_once(' ').context("method and path")?;
        let call = self.http.request(Method::from_bytes(method.as_bytes())?, format!("{}{path}", self.url));
        let call = body.iter().fold(call, |call, body| call.json(body));
        send(call, newcomer.as_ref()).await
    }

    /// Undoes what a call has changed.
    pub(super) async fn restore(&mut self, row: &Row, actor: Actor) -> anyhow::Result<()> {
        match row.place.as_str() {
            "group" => self.group = self.conversation("group").await?,
            "room" => self.room = self.conversation("room").await?,
            "request" => self.ask_to_follow().await?,
            "person" if row.operation.ends_with("/follow") => self.restore_follow(actor).await?,
            "person" if row.operation.contains("/sessions/") => {
                self.session_id = self.owners_second_session().await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn restore_follow(&mut self, actor: Actor) -> anyhow::Result<()> {
        let path = format!("/v1/users/{}/follow", self.owner().user_id());
        match actor {
            Actor::Pending => self.ask_to_follow().await,
            // The owner follows them, so they are accepted at once.
            Actor::Member | Actor::Admin => {
                ok(self.person(actor)?, &format!("POST {path}"), None).await.map(drop)
            }
            _ => ok(self.person(actor)?, &format!("DELETE {path}"), None).await.map(drop),
        }
    }
}

/// Status and JSON of the answer to a person, or to nobody.
async fn send(request: RequestBuilder, person: Option<&SignedIn>) -> anyhow::Result<(u16, Value)> {
    let request =
        person.iter().fold(request, |request, person| request.bearer_auth(&person.session.access_token));
    let response = request.send().await?;
    let status = response.status().as_u16();
    // A stream that has begun has no end to wait for.
    if response.headers().get("content-type").is_some_and(|media_type| media_type == "text/event-stream") {
        return Ok((status, Value::Null));
    }
    Ok((status, serde_json::from_slice(&response.bytes().await?).unwrap_or_default()))
}
