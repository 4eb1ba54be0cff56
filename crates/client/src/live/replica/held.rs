//! One conversation of the replica, and how snapshots and events change it.

use std::collections::BTreeMap;

use pulse_types::UserId;

use crate::models::{Conversation, Message, Reaction};

/// One conversation.
#[derive(Debug, Clone)]
pub struct Held {
    /// As far as it is known.
    pub conversation: Conversation,
    /// The newest messages without a gap, by `seq`.
    pub messages: BTreeMap<i64, Message>,
    /// Nothing up to this version is missing.
    pub known: i64,
    /// The newest version of an event.
    pub(super) heard: i64,
    /// Version at which title, topic, picture, state and owner were told.
    head_at: i64,
    /// Version at which the number of members was told.
    pub(super) count_at: i64,
    /// Version at which the own role was told.
    role_at: i64,
    /// Messages before this position are not kept; they are loaded when somebody looks.
    pub(super) kept_from: i64,
}

impl Held {
    pub(super) fn new(conversation: Conversation) -> Self {
        let (version, last_seq) = (conversation.version, conversation.last_seq);
        Self {
            conversation,
            messages: BTreeMap::new(),
            known: version,
            heard: version,
            head_at: version,
            count_at: version,
            role_at: version,
            kept_from: last_seq + 1,
        }
    }

    /// Whether an event showed that an earlier one is missing.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.known < self.heard
    }

    /// Whether more has changed than is known: conversations with many members tell it only to those who have them open.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.known < self.conversation.version
    }

    /// An event of this version came.
    pub(super) fn passed(&mut self, version: i64) {
        self.heard = self.heard.max(version);
        self.conversation.version = self.conversation.version.max(version);
        if version == self.known + 1 {
            self.known = version;
        }
    }

    /// A snapshot as the caller sees it. Events up to its version may still come.
    pub(super) fn shown(&mut self, conversation: Conversation) {
        if conversation.version >= self.conversation.version {
            let last_seq = self.conversation.last_seq.max(conversation.last_seq);
            (self.head_at, self.count_at) = (conversation.version, conversation.version);
            self.role_at = conversation.version;
            self.conversation = conversation;
            self.conversation.last_seq = last_seq;
        }
    }

    pub(super) fn role(&mut self, version: i64, role: &str) {
        if let Some(my) = &mut self.conversation.my
            && version > self.role_at
        {
            self.role_at = version;
            my.role = role.to_owned();
        }
    }

    /// What all members are told alike. A transfer is told by the new owner alone: whoever was it is an admin then.
    pub(super) fn head(&mut self, told: Conversation, me: UserId) {
        if told.version <= self.head_at {
            return;
        }
        self.head_at = told.version;
        if told.owner_id == Some(me) {
            self.role(told.version, "owner");
        } else if self.conversation.owner_id == Some(me) {
            self.role(told.version, "admin");
        }
        let known = &mut self.conversation;
        (known.title, known.topic, known.avatar_url) = (told.title, told.topic, told.avatar_url);
        (known.state, known.owner_id) = (told.state, told.owner_id);
        if told.version > self.count_at {
            self.count_at = told.version;
            known.member_count = told.member_count;
        }
    }

    /// Takes a message when it is new or newer; gives what is known of it then. In events reactions come without `me`: what
    /// was one's own stays so.
    pub(super) fn message(&mut self, mut message: Message, knows_own: bool) -> Option<Message> {
        if !knows_own {
            let mine = self.messages.get(&message.seq).map(|known| own(&known.reactions)).unwrap_or_default();
            for reaction in &mut message.reactions {
                reaction.me = Some(mine.contains(&reaction.emoji));
            }
        }
        self.conversation.last_seq = self.conversation.last_seq.max(message.seq);
        let last = self.conversation.last_message.as_ref().map(|last| (last.seq, last.version));
        if last.is_none_or(|last| last < (message.seq, message.version)) {
            self.conversation.last_message = Some(message.clone());
        }
        if message.seq < self.kept_from {
            return None;
        }
        let is_news = self.messages.get(&message.seq).is_none_or(|known| known.version < message.version);
        is_news.then(|| {
            self.messages.insert(message.seq, message.clone());
            message
        })
    }

    /// Changes a message that is kept, when the change is newer.
    pub(super) fn amend(&mut self, seq: i64, version: i64, change: impl Fn(&mut Message)) -> Option<Message> {
        let newer = |message: &mut Message| {
            (message.seq == seq && message.version < version).then(|| {
                message.version = version;
                change(message);
                message.clone()
            })
        };
        let last = self.conversation.last_message.as_mut().and_then(newer);
        self.messages.get_mut(&seq).and_then(newer).or(last)
    }
}

/// The emoji that are one's own.
pub(super) fn own(reactions: &[Reaction]) -> Vec<String> {
    let mine = reactions.iter().filter(|reaction| reaction.me == Some(true));
    mine.map(|reaction| reaction.emoji.clone()).collect()
}
