//! Section 6: messages, reactions and marks.

use std::collections::BTreeSet;

use super::world::{
    Answer, CLOSED, CONFLICT, Conversation, FORBIDDEN, INVALID, Kind, MISMATCH, Message, NAMES,
    NOT_CONNECTED, Role, Who, World,
};

/// Present members whom a text names, but for its author.
fn mentions(it: &Conversation, by: Who, body: &str) -> BTreeSet<Who> {
    let named = body.split(' ').filter_map(|word| word.strip_prefix('@'));
    named
        .filter_map(|name| NAMES.iter().position(|other| *other == name))
        .filter(|who| *who != by && it.members.contains_key(who))
        .collect()
}

impl World {
    /// A direct conversation takes nothing new from people who are not connected, a closed one from nobody.
    fn require_writable(&self, index: usize, by: Who) -> Result<(), Answer> {
        let it = &self.conversations[index];
        match it.peer(by) {
            Some(peer) if !self.connected(by, peer) => Err(NOT_CONNECTED),
            _ if it.is_closed => Err(CLOSED),
            _ => Ok(()),
        }
    }

    /// The index of what was sent before under a `client_id`.
    pub(super) fn sent(&self, index: usize, by: Who, client_id: &str) -> Option<usize> {
        let messages = &self.conversations[index].messages;
        messages.iter().position(|message| message.sender == Some(by) && message.client_id == client_id)
    }

    /// `reply_to` is a message of this conversation or, as an error, of another one.
    pub(super) fn send(
        &mut self,
        index: usize,
        by: Who,
        body: &str,
        (client_id, reply_to): (&str, Option<Result<usize, ()>>),
    ) -> Result<Answer, Answer> {
        self.conversations[index].require_member(by)?;
        if let Some(sent) = self.sent(index, by, client_id) {
            let message = &self.conversations[index].messages[sent];
            let is_same = message.sent_body == body && message.reply_to.map(Ok) == reply_to;
            return if is_same { Ok((200, "")) } else { Err(MISMATCH) };
        }
        self.require_writable(index, by)?;
        let reply_to = reply_to.transpose().map_err(|()| INVALID)?;
        let it = &mut self.conversations[index];
        let mentions = mentions(it, by, body);
        it.write(
            by,
            Message {
                sender: Some(by),
                client_id: client_id.to_owned(),
                body: body.to_owned(),
                sent_body: body.to_owned(),
                reply_to,
                mentions,
                ..Message::default()
            },
        );
        Ok((201, ""))
    }

    pub(super) fn edit(&mut self, index: usize, by: Who, at: usize, body: &str) -> Result<Answer, Answer> {
        self.conversations[index].require_member(by)?;
        if self.conversations[index].messages[at].sender != Some(by) {
            return Err(FORBIDDEN);
        }
        self.require_writable(index, by)?;
        let it = &mut self.conversations[index];
        if it.messages[at].deleted {
            return Err(CONFLICT);
        }
        if it.messages[at].body == body {
            return Ok((200, ""));
        }
        let (version, mentions) = (it.change(), mentions(it, by, body));
        let message = &mut it.messages[at];
        let earlier = std::mem::replace(&mut message.body, body.to_owned());
        message.edits.push((earlier, message.body_version));
        (message.version, message.body_version, message.mentions) = (version, version, mentions);
        Ok((200, ""))
    }

    pub(super) fn delete_message(&mut self, index: usize, by: Who, at: usize) -> Result<Answer, Answer> {
        let it = &mut self.conversations[index];
        let role = it.require_member(by)?;
        let is_own = it.messages[at].sender == Some(by);
        let may = is_own || (role.manages() && it.kind != Kind::Direct && role != Role::Member);
        if it.messages[at].sender.is_none() || !may {
            return Err(FORBIDDEN);
        }
        if !it.messages[at].deleted {
            let version = it.change();
            let message = &mut it.messages[at];
            message.deleted = true;
            message.version = version;
            message.body.clear();
            message.edits.clear();
            message.mentions.clear();
            message.reactions.clear();
        }
        Ok((204, ""))
    }

    pub(super) fn react(
        &mut self,
        index: usize,
        by: Who,
        at: usize,
        (emoji, active): (&'static str, bool),
    ) -> Result<Answer, Answer> {
        self.conversations[index].require_member(by)?;
        if self.conversations[index].messages[at].sender.is_none() {
            return Err(FORBIDDEN);
        }
        self.require_writable(index, by)?;
        let it = &mut self.conversations[index];
        let message = &mut it.messages[at];
        if message.deleted {
            return Err(CONFLICT);
        }
        let people = message.reactions.entry(emoji).or_default();
        let changed = if active { people.insert(by) } else { people.remove(&by) };
        message.reactions.retain(|_, people| !people.is_empty());
        if changed {
            let version = it.change();
            it.messages[at].version = version;
        }
        Ok((200, ""))
    }

    pub(super) fn mark(&mut self, index: usize, by: Who, seq: i64, is_read: bool) -> Result<Answer, Answer> {
        let it = &mut self.conversations[index];
        it.require_member(by)?;
        let seq = seq.min(it.last_seq());
        it.set_marks(by, if is_read { seq } else { 0 }, seq);
        Ok((200, ""))
    }

    pub(super) fn read_all(&mut self, by: Who) {
        for it in self.conversations.iter_mut().filter(|it| it.exists) {
            let last_seq = it.last_seq();
            it.set_marks(by, last_seq, last_seq);
        }
    }
}
