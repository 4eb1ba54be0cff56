//! What a client knows: conversations, their newest messages and what is unread, kept up to date by snapshots and events.
//!
//! They mix in any order and may repeat: of each thing what has the higher version stays. An event whose `version` jumps shows
//! that another one is missing; then the conversation is behind until its changes were asked for.

mod held;

use std::collections::HashMap;

use pulse_types::{ConversationId, MessageId, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;

use crate::models::{Changes, Conversation, ConversationSync, Message, Reaction, Sync};
use crate::socket::Event;
pub use held::Held;
use held::own;

/// All that a client knows.
#[derive(Debug, Clone)]
pub struct Replica {
    user_id: UserId,
    held: HashMap<ConversationId, Held>,
    total_unread: i64,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Learnt {
    /// Nothing new.
    Nothing,
    /// A message is new or changed.
    Message(Box<Message>),
    /// Something of the conversation changed.
    Conversation(ConversationId),
    /// One is not in it any more.
    Removed(ConversationId),
}

#[derive(Deserialize)]
struct Deleted {
    conversation_id: ConversationId,
    seq: i64,
    version: i64,
    #[serde(with = "time::serde::rfc3339")]
    deleted_at: OffsetDateTime,
}

#[derive(Deserialize)]
struct Reacted {
    conversation_id: ConversationId,
    message_id: MessageId,
    seq: i64,
    version: i64,
    user_id: UserId,
    emoji: String,
    active: bool,
    reactions: Vec<Reaction>,
}

#[derive(Deserialize)]
struct MemberChanged {
    conversation_id: ConversationId,
    version: i64,
    user_id: UserId,
    role: String,
    member_count: u32,
}

#[derive(Deserialize)]
struct Unread {
    conversation_id: ConversationId,
    last_seq: i64,
    version: i64,
    read_seq: i64,
    unread_count: i64,
    mention_count: i64,
    total_unread: i64,
}

#[derive(Deserialize)]
struct Removed {
    conversation_id: ConversationId,
    version: i64,
}

impl Replica {
    pub(super) fn new(user_id: UserId) -> Self {
        Self { user_id, held: HashMap::new(), total_unread: 0 }
    }

    /// The conversations, those with the latest activity first.
    #[must_use]
    pub fn conversations(&self) -> Vec<&Held> {
        let mut held: Vec<_> = self.held.values().collect();
        let latest = |held: &&Held| held.conversation.last_message.as_ref().map(|message| message.created_at);
        held.sort_by_key(|held| std::cmp::Reverse((latest(held), held.conversation.id)));
        held
    }

    /// One conversation.
    #[must_use]
    pub fn conversation(&self, conversation_id: ConversationId) -> Option<&Held> {
        self.held.get(&conversation_id)
    }

    /// Unread messages in all.
    #[must_use]
    pub const fn total_unread(&self) -> i64 {
        self.total_unread
    }

    /// A conversation of the inbox, or one that was just made.
    pub(super) fn snapshot(&mut self, conversation: Conversation) {
        let id = conversation.id;
        let held = self.held.entry(id).or_insert_with(|| Held::new(conversation.clone()));
        held.shown(conversation);
    }

    /// The newest page of history, read when the conversation was at least at `version`; gives what is new in it or changed,
    /// but not what is older than all that was kept.
    pub(super) fn newest_page(
        &mut self,
        conversation_id: ConversationId,
        version: i64,
        page: Vec<Message>,
    ) -> Vec<Learnt> {
        let Some(held) = self.held.get_mut(&conversation_id) else { return Vec::new() };
        let Some(first) = page.first().map(|message| message.seq) else { return Vec::new() };
        let shown_from = held.messages.first_key_value().map_or(i64::MAX, |(seq, _)| *seq);
        let next = held.messages.last_key_value().map_or(held.kept_from, |(seq, _)| seq + 1);
        if first > next {
            // Between what was kept and this page something is missing: it is loaded again when somebody looks back.
            held.messages.clear();
            held.kept_from = first;
            held.known = held.known.max(version);
        }
        held.kept_from = held.kept_from.min(first);
        let news: Vec<_> = page.into_iter().filter_map(|message| held.message(message, true)).collect();
        let news = news.into_iter().filter(|message| message.seq > shown_from);
        news.map(|message| Learnt::Message(Box::new(message))).collect()
    }

    /// An older page of history, which reaches up to what is kept.
    pub(super) fn older_page(&mut self, conversation_id: ConversationId, page: Vec<Message>) {
        let Some(held) = self.held.get_mut(&conversation_id) else { return };
        let (Some(first), Some(last)) = (page.first(), page.last()) else { return };
        if last.seq + 1 < held.kept_from {
            return;
        }
        held.kept_from = held.kept_from.min(first.seq);
        page.into_iter().for_each(|message| drop(held.message(message, true)));
    }

    /// What changed since the own token; tells of what and which conversations are behind.
    pub(super) fn synced(&mut self, sync: Sync) -> (Vec<Learnt>, Vec<ConversationId>) {
        self.total_unread = sync.total_unread;
        let (mut learnt, mut behind) = (Vec::new(), Vec::new());
        for conversation_id in sync.removed_conversation_ids {
            if self.held.remove(&conversation_id).is_some() {
                learnt.push(Learnt::Removed(conversation_id));
            }
        }
        for ConversationSync { conversation, messages, gap } in sync.conversations {
            let (id, version) = (conversation.id, conversation.version);
            let is_new = !self.held.contains_key(&id);
            self.snapshot(conversation);
            let Some(held) = self.held.get_mut(&id) else { continue };
            learnt.push(Learnt::Conversation(id));
            if gap && !is_new {
                behind.push(id);
                continue;
            }
            let changed = messages.into_iter().filter_map(|message| held.message(message, true));
            learnt.extend(changed.map(|message| Learnt::Message(Box::new(message))));
            held.known = held.known.max(version);
        }
        (learnt, behind)
    }

    /// A page of what changed in one conversation.
    pub(super) fn changed(&mut self, changes: Changes) -> Vec<Learnt> {
        let id = changes.conversation.id;
        let Some(held) = self.held.get_mut(&id) else { return Vec::new() };
        held.shown(changes.conversation);
        let messages = changes.messages.into_iter().filter_map(|message| held.message(message, true));
        let mut learnt: Vec<_> = messages.map(|message| Learnt::Message(Box::new(message))).collect();
        held.known = held.known.max(changes.version);
        held.heard = held.heard.max(changes.version);
        learnt.push(Learnt::Conversation(id));
        learnt
    }

    /// One is not in it any more.
    pub(super) fn forget(&mut self, conversation_id: ConversationId) -> Learnt {
        match self.held.remove(&conversation_id) {
            Some(_) => Learnt::Removed(conversation_id),
            None => Learnt::Nothing,
        }
    }

    /// An event. What can't be read is taken for one that there is not yet: clients ignore those.
    pub(super) fn learn(&mut self, event: &Event) -> Learnt {
        let learnt = match event.event_type.as_str() {
            "message.created" | "message.updated" => read(event).map(|message| self.message(message)),
            "message.deleted" => read(event).map(|deleted| self.deleted(&deleted)),
            "reaction.updated" => read(event).map(|reacted| self.reacted(reacted)),
            "member.added" | "member.updated" | "member.removed" => {
                read(event).map(|changed| self.member(&changed))
            }
            "conversation.created" | "conversation.updated" => read(event).map(|head| self.head(head)),
            "conversation.removed" => read(event).map(|removed: Removed| self.removed(&removed)),
            "unread.updated" => read(event).map(|unread: Unread| self.unread(&unread)),
            _ => None,
        };
        learnt.unwrap_or(Learnt::Nothing)
    }

    fn message(&mut self, message: Message) -> Learnt {
        let Some(held) = self.held.get_mut(&message.conversation_id) else { return Learnt::Nothing };
        held.passed(message.version);
        held.message(message, false).map_or(Learnt::Nothing, |message| Learnt::Message(Box::new(message)))
    }

    fn deleted(&mut self, deleted: &Deleted) -> Learnt {
        let Some(held) = self.held.get_mut(&deleted.conversation_id) else { return Learnt::Nothing };
        held.passed(deleted.version);
        let gone = held.amend(deleted.seq, deleted.version, |message| {
            message.body.clear();
            message.reactions.clear();
            message.attachments.clear();
            message.mentions.clear();
            message.deleted_at = Some(deleted.deleted_at);
        });
        gone.map_or(Learnt::Nothing, |message| Learnt::Message(Box::new(message)))
    }

    fn reacted(&mut self, reacted: Reacted) -> Learnt {
        let is_own = reacted.user_id == self.user_id;
        let Some(held) = self.held.get_mut(&reacted.conversation_id) else { return Learnt::Nothing };
        held.passed(reacted.version);
        let changed = held.amend(reacted.seq, reacted.version, |message| {
            if message.id != reacted.message_id {
                return;
            }
            let mine = own(&message.reactions);
            message.reactions = reacted.reactions.clone();
            for reaction in &mut message.reactions {
                let was_mine = mine.contains(&reaction.emoji);
                let is_it = is_own && reaction.emoji == reacted.emoji;
                reaction.me = Some(if is_it { reacted.active } else { was_mine });
            }
        });
        changed.map_or(Learnt::Nothing, |message| Learnt::Message(Box::new(message)))
    }

    fn member(&mut self, changed: &MemberChanged) -> Learnt {
        let Some(held) = self.held.get_mut(&changed.conversation_id) else { return Learnt::Nothing };
        held.passed(changed.version);
        if changed.version > held.count_at {
            held.count_at = changed.version;
            held.conversation.member_count = changed.member_count;
        }
        if changed.user_id == self.user_id {
            held.role(changed.version, &changed.role);
        }
        Learnt::Conversation(changed.conversation_id)
    }

    fn head(&mut self, conversation: Conversation) -> Learnt {
        let id = conversation.id;
        match self.held.get_mut(&id) {
            _ if conversation.my.is_some() => self.snapshot(conversation),
            Some(held) => {
                held.passed(conversation.version);
                held.head(conversation, self.user_id);
            }
            None => return Learnt::Nothing,
        }
        Learnt::Conversation(id)
    }

    /// Whoever has come back since is in it: the end of an earlier membership says nothing then.
    fn removed(&mut self, removed: &Removed) -> Learnt {
        match self.held.get(&removed.conversation_id) {
            Some(held) if held.known < removed.version => self.forget(removed.conversation_id),
            _ => Learnt::Nothing,
        }
    }

    fn unread(&mut self, unread: &Unread) -> Learnt {
        self.total_unread = unread.total_unread;
        let Some(held) = self.held.get_mut(&unread.conversation_id) else { return Learnt::Nothing };
        // It names the head and is no change of its own: nothing is missing only because of it.
        held.conversation.version = held.conversation.version.max(unread.version);
        held.conversation.last_seq = held.conversation.last_seq.max(unread.last_seq);
        if let Some(my) = &mut held.conversation.my {
            my.read_seq = unread.read_seq;
            my.unread_count = unread.unread_count;
            my.mention_count = unread.mention_count;
        }
        Learnt::Conversation(unread.conversation_id)
    }
}

fn read<T: DeserializeOwned>(event: &Event) -> Option<T> {
    T::deserialize(&event.data as &Value).ok()
}

#[cfg(test)]
mod tests;
