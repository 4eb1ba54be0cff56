//! Section 5: conversations, their members and roles.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{
    Answer, CLOSED, CONFLICT, Conversation, FORBIDDEN, INVALID, Kind, MISMATCH, Member, NOT_CONNECTED,
    NOT_FOUND, Role, System, Who, World,
};

/// A field of a PATCH: absent, cleared or set.
pub(super) type Field = Option<Option<String>>;

fn member(role: Role, version: Option<i64>, seq: i64) -> Member {
    Member { role, version, read: seq, delivered: seq, pinned: false, archived: false, muted: false }
}

impl World {
    /// A group, a room or a direct; the new one is the last of the list.
    pub(super) fn create(&mut self, new: Conversation) -> Result<Answer, Answer> {
        let by = new.creator;
        let with = new.asked.1.clone();
        if new.kind == Kind::Direct && with == [by] {
            return Err(INVALID);
        }
        if with.iter().any(|who| self.hidden(*who, by)) {
            return Err(NOT_FOUND);
        }
        if with.iter().any(|who| !self.connected(*who, by)) {
            return Err(NOT_CONNECTED);
        }
        if new.kind == Kind::Direct && self.direct(by, with.first().copied()).is_some() {
            return Ok((200, ""));
        }
        let mut new = new;
        let first = if new.kind == Kind::Direct { Role::Member } else { Role::Owner };
        let roles = with.iter().map(|who| (*who, Role::Member)).chain([(by, first)]);
        new.members = roles.map(|(who, role)| (who, member(role, None, 0))).collect();
        if new.kind == Kind::Group {
            let title = new.title.clone();
            new.note(System { event: "created", actor: by, title, ..System::default() });
            for member in new.members.values_mut() {
                (member.read, member.delivered) = (1, 1);
            }
        }
        self.conversations.push(new);
        Ok((201, ""))
    }

    /// The index of the direct of two people.
    pub(super) fn direct(&self, one: Who, other: Option<Who>) -> Option<usize> {
        self.conversations
            .iter()
            .position(|it| it.kind == Kind::Direct && it.members.contains_key(&one) && it.peer(one) == other)
    }

    /// A repeat of a creation by somebody who is still in.
    pub(super) fn create_again(&self, index: usize, is_other: bool) -> Result<Answer, Answer> {
        let conversation = &self.conversations[index];
        match is_other {
            _ if conversation.role(conversation.creator).is_none() => Err(NOT_FOUND),
            true => Err(MISMATCH),
            false => Ok((200, "")),
        }
    }

    fn shared(&mut self, index: usize, by: Who) -> Result<(&mut Conversation, Role), Answer> {
        let conversation = &mut self.conversations[index];
        let role = conversation.require_member(by)?;
        match conversation.kind {
            Kind::Direct => Err(FORBIDDEN),
            Kind::Group | Kind::Room => Ok((conversation, role)),
        }
    }

    fn managed(&mut self, index: usize, by: Who) -> Result<&mut Conversation, Answer> {
        let (conversation, role) = self.shared(index, by)?;
        if role.manages() { Ok(conversation) } else { Err(FORBIDDEN) }
    }

    fn owned(&mut self, index: usize, by: Who) -> Result<&mut Conversation, Answer> {
        let (conversation, role) = self.shared(index, by)?;
        if role == Role::Owner { Ok(conversation) } else { Err(FORBIDDEN) }
    }

    pub(super) fn describe(
        &mut self,
        index: usize,
        by: Who,
        title: &Field,
        topic: &Field,
    ) -> Result<Answer, Answer> {
        let it = self.managed(index, by)?;
        if it.is_closed {
            return Err(CLOSED);
        }
        if it.kind == Kind::Room && *title == Some(None) {
            return Err(INVALID);
        }
        let title = title.clone().filter(|title| *title != it.title);
        let topic = topic.clone().filter(|topic| *topic != it.topic);
        if title.is_none() && topic.is_none() {
            return Ok((200, ""));
        }
        it.change();
        if let Some(title) = title {
            it.title.clone_from(&title);
            it.note(System { event: "renamed", actor: by, title, ..System::default() });
        }
        if let Some(topic) = topic {
            it.topic.clone_from(&topic);
            it.note(System { event: "topic_changed", actor: by, topic, ..System::default() });
        }
        Ok((200, ""))
    }

    pub(super) fn put_member(
        &mut self,
        index: usize,
        by: Who,
        who: Who,
        role: Option<Role>,
    ) -> Result<Answer, Answer> {
        let is_hidden = self.hidden(who, by);
        let is_connected = self.connected(who, by);
        let is_in = self.conversations[index].role(who);
        self.conversations[index].require_member(by)?;
        if is_hidden && is_in.is_none() && self.conversations[index].kind != Kind::Direct {
            return Err(NOT_FOUND);
        }
        let it = self.managed(index, by)?;
        match is_in {
            Some(Role::Owner) => Err(FORBIDDEN),
            Some(old) if role.is_none() || role == Some(old) => Ok((200, "")),
            Some(_) => {
                let role = role.unwrap_or(Role::Member);
                let version = it.change();
                if let Some(member) = it.members.get_mut(&who) {
                    (member.role, member.version) = (role, Some(version));
                }
                let role = Some(role.text());
                it.note(System {
                    event: "role_changed",
                    actor: by,
                    user: Some(who),
                    role,
                    ..System::default()
                });
                Ok((200, ""))
            }
            None if !is_connected => Err(NOT_CONNECTED),
            None if it.is_closed => Err(CLOSED),
            None => {
                let version = it.change();
                it.removed.remove(&who);
                it.note(System { event: "member_added", actor: by, user: Some(who), ..System::default() });
                let seq = it.last_seq();
                it.members.insert(who, member(role.unwrap_or(Role::Member), Some(version), seq));
                Ok((201, ""))
            }
        }
    }

    pub(super) fn remove_member(&mut self, index: usize, by: Who, who: Who) -> Result<Answer, Answer> {
        if by == who {
            return self.leave(index, by);
        }
        let it = self.managed(index, by)?;
        match it.role(who) {
            Some(Role::Owner) => Err(FORBIDDEN),
            None => Ok((204, "")),
            Some(_) => {
                it.change();
                it.members.remove(&who);
                if it.kind == Kind::Room {
                    it.removed.insert(who);
                }
                it.note(System { event: "member_removed", actor: by, user: Some(who), ..System::default() });
                Ok((204, ""))
            }
        }
    }

    pub(super) fn join(&mut self, index: usize, by: Who) -> Result<Answer, Answer> {
        let it = &mut self.conversations[index];
        match it.seen_by(by)? {
            Some(_) if it.kind != Kind::Room => Err(FORBIDDEN),
            Some(_) => Ok((200, "")),
            None if it.removed.contains(&by) => Err(FORBIDDEN),
            None if it.is_closed => Err(CLOSED),
            None => {
                let version = it.change();
                it.members.insert(by, member(Role::Member, Some(version), it.last_seq()));
                Ok((200, ""))
            }
        }
    }

    pub(super) fn leave(&mut self, index: usize, by: Who) -> Result<Answer, Answer> {
        let it = &mut self.conversations[index];
        let Some(role) = it.seen_by(by)? else { return Ok((204, "")) };
        if it.kind == Kind::Direct {
            return Err(FORBIDDEN);
        }
        if it.members.len() == 1 {
            it.exists = false;
            return Ok((204, ""));
        }
        if role == Role::Owner {
            return Err(CONFLICT);
        }
        it.change();
        it.members.remove(&by);
        if it.kind == Kind::Group {
            it.note(System { event: "member_left", actor: by, user: Some(by), ..System::default() });
        }
        Ok((204, ""))
    }

    pub(super) fn transfer(&mut self, index: usize, by: Who, to: Who) -> Result<Answer, Answer> {
        let it = self.owned(index, by)?;
        if it.role(to).is_none() {
            return Err(NOT_FOUND);
        }
        if to == by {
            return Ok((200, ""));
        }
        let version = it.change();
        for (who, role) in [(by, Role::Admin), (to, Role::Owner)] {
            if let Some(member) = it.members.get_mut(&who) {
                (member.role, member.version) = (role, Some(version));
            }
        }
        it.note(System { event: "transferred", actor: by, user: Some(to), ..System::default() });
        Ok((200, ""))
    }

    pub(super) fn set_state(&mut self, index: usize, by: Who, close: bool) -> Result<Answer, Answer> {
        let it = self.owned(index, by)?;
        if it.is_closed != close {
            it.is_closed = close;
            it.change();
            let event = if close { "closed" } else { "reopened" };
            it.note(System { event, actor: by, ..System::default() });
        }
        Ok((200, ""))
    }

    pub(super) fn delete(&mut self, index: usize, by: Who) -> Result<Answer, Answer> {
        self.owned(index, by)?.exists = false;
        Ok((204, ""))
    }

    pub(super) fn set_my(
        &mut self,
        index: usize,
        by: Who,
        set: impl Fn(&mut Member),
    ) -> Result<Answer, Answer> {
        let it = &mut self.conversations[index];
        it.require_member(by)?;
        if let Some(member) = it.members.get_mut(&by) {
            set(member);
        }
        Ok((200, ""))
    }
}

/// A conversation that is asked for.
pub(super) fn wanted(
    kind: Kind,
    creator: Who,
    title: Option<String>,
    with: Vec<Who>,
    client_id: String,
) -> Conversation {
    Conversation {
        id: String::new(),
        kind,
        title: title.clone(),
        topic: None,
        is_closed: false,
        exists: true,
        creator,
        client_id,
        asked: (title, with),
        members: BTreeMap::new(),
        removed: BTreeSet::new(),
        messages: Vec::new(),
        version: 0,
    }
}
