//! Reads the state back over the public API and compares it with the model.

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::op::Op;
use super::run::Run;
use super::view::{View, difference, sorted, without_deliveries};
use super::world::{Follow, Kind, NAMES, PEOPLE, Who};
use crate::rest::{call, list, text};

/// Messages of the latest page that a step looks at.
const LATEST: usize = 20;

impl Run {
    /// What an operation is about, as two people see it.
    pub(super) async fn compare_touched(&mut self, by: Who, op: &Op) -> anyhow::Result<()> {
        let other = self.random().below(PEOPLE);
        let index = match op {
            Op::Follow { to: who }
            | Op::Unfollow { to: who }
            | Op::Answer { from: who, .. }
            | Op::RemoveFollower { follower: who }
            | Op::Block { to: who, .. }
            | Op::Mute { to: who, .. } => {
                self.compare_person(by, *who).await?;
                self.compare_person(*who, by).await?;
                if let Some(direct) = self.world.direct(by, Some(*who)) {
                    self.compare_conversation(direct, *who).await?;
                }
                return Ok(());
            }
            Op::Settings { .. } => return Ok(()),
            Op::Create { .. } if self.world.conversations.is_empty() => return Ok(()),
            Op::Create { .. } => self.world.conversations.len() - 1,
            Op::ReadAll => return self.compare_inbox(by).await,
            Op::CreateAgain { index, .. }
            | Op::Describe { index, .. }
            | Op::My { index, .. }
            | Op::Delete { index }
            | Op::PutMember { index, .. }
            | Op::RemoveMember { index, .. }
            | Op::Join { index }
            | Op::Leave { index }
            | Op::Transfer { index, .. }
            | Op::SetState { index, .. }
            | Op::Send { index, .. }
            | Op::Mark { index, .. } => *index,
            Op::Edit { at, .. } | Op::DeleteMessage { at } | Op::React { at, .. } => {
                self.compare_message(*at, by).await?;
                at.0
            }
        };
        self.compare_conversation(index, by).await?;
        self.compare_conversation(index, other).await?;
        let reader = self.world.conversations[index].members.keys().next().copied().unwrap_or(by);
        self.compare_latest(index, reader).await?;
        match self.random().below(5) {
            0 => self.compare_inbox(by).await,
            1 => self.compare_members(index, other).await,
            _ => Ok(()),
        }
    }

    /// All that everybody may see.
    pub(super) async fn compare_everything(&mut self) -> anyhow::Result<()> {
        for who in 0..PEOPLE {
            self.compare_inbox(who).await?;
            self.compare_lists(who).await?;
            for other in (0..PEOPLE).filter(|other| *other != who) {
                self.compare_person(who, other).await?;
            }
            for index in 0..self.world.conversations.len() {
                self.compare_conversation(index, who).await?;
                self.compare_members(index, who).await?;
                self.compare_history(index, who).await?;
            }
        }
        Ok(())
    }

    async fn get(&self, who: Who, path: &str) -> anyhow::Result<(u16, Value)> {
        let (status, answer) = call(&self.people[who], &format!("GET {path}"), None).await?;
        Ok((status, sorted(answer)))
    }

    /// What `viewer` gets: a value that contains the expected one, or a refusal.
    async fn compare(
        &self,
        viewer: Who,
        path: &str,
        expected: Result<Value, (u16, &str)>,
    ) -> anyhow::Result<Value> {
        let (status, answer) = self.get(viewer, path).await?;
        let name = NAMES[viewer];
        match expected {
            Ok(expected) => {
                anyhow::ensure!(status == 200, "{name} GET {path}: {status} {answer}, not {expected}");
                let expected = if self.has_clients { without_deliveries(expected) } else { expected };
                if let Some(difference) = difference(&expected, &answer) {
                    anyhow::bail!("{name} GET {path}{difference}\n{answer}");
                }
            }
            Err((expected, code)) => anyhow::ensure!(
                status == expected && answer["code"] == code,
                "{name} GET {path}: {status} {answer}, not {expected} {code}"
            ),
        }
        Ok(answer)
    }

    async fn compare_person(&self, viewer: Who, who: Who) -> anyhow::Result<()> {
        if viewer == who {
            return Ok(());
        }
        let view = View { world: &self.world, ids: &self.ids };
        let expected = match self.world.hidden(who, viewer) {
            true => Err((404, "not_found")),
            false => Ok(json!({"id": self.ids[who], "relationship": view.relationship(viewer, who)})),
        };
        self.compare(viewer, &format!("/v1/users/{}", self.ids[who]), expected).await.map(drop)
    }

    async fn compare_conversation(&self, index: usize, viewer: Who) -> anyhow::Result<()> {
        let it = &self.world.conversations[index];
        let view = View { world: &self.world, ids: &self.ids };
        let expected = it.seen_by(viewer).map(|_| view.conversation(it, viewer));
        self.compare(viewer, &format!("/v1/conversations/{}", it.id), expected).await.map(drop)
    }

    async fn compare_members(&mut self, index: usize, viewer: Who) -> anyhow::Result<()> {
        let it = &self.world.conversations[index];
        let path = format!("/v1/conversations/{}/members", it.id);
        let allowed = it.require_member(viewer).map(drop);
        let allowed =
            allowed.and_then(|()| if it.kind == Kind::Direct { Err((403, "forbidden")) } else { Ok(()) });
        let answer = self.compare(viewer, &path, allowed.map(|()| json!({}))).await?;
        if allowed.is_err() {
            return Ok(());
        }
        let listed = answer["items"].as_array().context("items")?;
        let mut plain = false;
        for item in listed {
            let is_plain = item["role"] == "member";
            anyhow::ensure!(is_plain || !plain, "owner and admins come first: {answer}");
            plain = is_plain;
        }
        anyhow::ensure!(listed.len() == it.members.len(), "not {:?}: {answer}", it.members.keys());
        let view = View { world: &self.world, ids: &self.ids };
        let mut versions = Vec::new();
        for who in it.members.keys() {
            let found = listed.iter().find(|item| item["user"]["id"] == self.ids[*who].as_str());
            let found = found.with_context(|| format!("{} is missing: {answer}", NAMES[*who]))?;
            if let Some(difference) = difference(&view.member(it, *who), found) {
                anyhow::bail!("member {}{difference}\n{answer}", NAMES[*who]);
            }
            versions.push((*who, found["version"].as_i64()));
        }
        for (who, version) in versions {
            if let Some(member) = self.world.conversations[index].members.get_mut(&who) {
                member.version = version;
            }
        }
        Ok(())
    }

    async fn compare_message(&self, (index, at): (usize, usize), viewer: Who) -> anyhow::Result<()> {
        let it = &self.world.conversations[index];
        let (message, allowed) = (&it.messages[at], it.require_member(viewer));
        let view = View { world: &self.world, ids: &self.ids };
        let path = format!("/v1/messages/{}", message.id);
        let expected = allowed.map(|_| view.message(it, message, at as i64 + 1, viewer));
        self.compare(viewer, &path, expected).await?;
        let edits = message.edits.iter().map(|(body, version)| json!({"body": body, "version": version}));
        let expected = allowed.map(|_| json!({"items": edits.collect::<Vec<_>>()}));
        self.compare(viewer, &format!("{path}/edits"), expected).await.map(drop)
    }

    /// The latest messages, which also tell the ids of system messages.
    async fn compare_latest(&mut self, index: usize, viewer: Who) -> anyhow::Result<()> {
        let from = self.world.conversations[index].messages.len().saturating_sub(LATEST);
        self.compare_messages(index, viewer, from, &format!("limit={LATEST}")).await.map(drop)
    }

    async fn compare_history(&mut self, index: usize, viewer: Who) -> anyhow::Result<()> {
        let mut from = 0;
        while self.compare_messages(index, viewer, from, &format!("after={from}&limit=100")).await? {
            from += 100;
        }
        Ok(())
    }

    /// A page that begins behind `from` messages; whether there is more.
    async fn compare_messages(
        &mut self,
        index: usize,
        viewer: Who,
        from: usize,
        query: &str,
    ) -> anyhow::Result<bool> {
        let it = &self.world.conversations[index];
        let view = View { world: &self.world, ids: &self.ids };
        let page = it.messages.iter().enumerate().skip(from).take(100);
        let items: Vec<_> =
            page.map(|(at, message)| view.message(it, message, at as i64 + 1, viewer)).collect();
        let has_after = it.messages.len() > from + 100;
        let expected = json!({"items": items, "has_before": from > 0, "has_after": has_after});
        let expected = it.require_member(viewer).map(|_| expected);
        let path = format!("/v1/conversations/{}/messages?{query}", it.id);
        let answer = self.compare(viewer, &path, expected).await?;
        let messages = &mut self.world.conversations[index].messages;
        for item in answer["items"].as_array().into_iter().flatten() {
            let seq = item["seq"].as_u64().context("seq")? as usize;
            messages.get_mut(seq - 1).context("no such seq")?.id = text(item, "id");
        }
        Ok(has_after && answer["items"].is_array())
    }

    async fn compare_inbox(&self, who: Who) -> anyhow::Result<()> {
        for archived in [false, true] {
            let path = format!("/v1/conversations?limit=100&archived={archived}");
            let total = json!({"total_unread": self.world.total_unread(who)});
            let answer = self.compare(who, &path, Ok(total)).await?;
            anyhow::ensure!(answer["next_cursor"].is_null(), "one page holds all");
            let shown: BTreeSet<_> =
                ids(answer["items"].as_array().context("items")?, |item| text(item, "id"));
            let mine = self.world.conversations.iter().filter(|it| {
                it.role(who).is_some() && it.members.get(&who).is_some_and(|my| my.archived == archived)
            });
            let expected: BTreeSet<_> = mine.map(|it| it.id.clone()).collect();
            anyhow::ensure!(shown == expected, "{} GET {path}: {shown:?}, not {expected:?}", NAMES[who]);
        }
        Ok(())
    }

    /// Connections, blocks, mutes, followers and requests.
    async fn compare_lists(&self, who: Who) -> anyhow::Result<()> {
        let world = &self.world;
        let own = format!("/v1/users/{}", self.ids[who]);
        let expect = |path: &str, is_in: &dyn Fn(Who) -> bool| {
            let people =
                (0..PEOPLE).filter(|other| *other != who && !world.hidden(*other, who) && is_in(*other));
            (path.to_owned(), people.map(|other| self.ids[other].clone()).collect::<BTreeSet<_>>())
        };
        let lists = [
            expect("/v1/me/connections", &|other| world.connected(who, other)),
            expect("/v1/me/mutes", &|other| world.mutes[who][other]),
            expect(&format!("{own}/followers"), &|other| world.follows[other][who] == Follow::Accepted),
            expect(&format!("{own}/following"), &|other| world.follows[who][other] == Follow::Accepted),
            expect("/v1/follow-requests", &|other| world.follows[other][who] == Follow::Requested),
            expect("/v1/follow-requests?direction=outgoing", &|other| {
                world.follows[who][other] == Follow::Requested
            }),
        ];
        for (path, expected) in lists {
            let items = list(&self.people[who], &path).await.with_context(|| path.clone())?;
            let shown =
                ids(&items, |item| text(if item["user"].is_object() { &item["user"] } else { item }, "id"));
            anyhow::ensure!(shown == expected, "{} GET {path}: {shown:?}, not {expected:?}", NAMES[who]);
        }
        // One's own blocks are the one place where a blocker shows.
        let shown = ids(&list(&self.people[who], "/v1/me/blocks").await?, |item| text(item, "id"));
        let blocked = (0..PEOPLE).filter(|other| world.blocks[who][*other]);
        let expected: BTreeSet<_> = blocked.map(|other| self.ids[other].clone()).collect();
        anyhow::ensure!(shown == expected, "{} blocks {shown:?}, not {expected:?}", NAMES[who]);
        Ok(())
    }
}

fn ids(items: &[Value], id: impl Fn(&Value) -> String) -> BTreeSet<String> {
    items.iter().map(id).collect()
}
