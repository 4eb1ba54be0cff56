//! What the model knows: people, conversations and messages as plain data. The rules are in the files of their nouns.

use std::collections::{BTreeMap, BTreeSet};

/// How many people there are.
pub(super) const PEOPLE: usize = 6;
/// Their usernames.
pub(super) const NAMES: [&str; PEOPLE] = ["anna", "bert", "carl", "dora", "emil", "fred"];

/// A person by number.
pub(super) type Who = usize;

/// Status and code of an answer; the code is empty for a success.
pub(super) type Answer = (u16, &'static str);

pub(super) const NOT_FOUND: Answer = (404, "not_found");
pub(super) const FORBIDDEN: Answer = (403, "forbidden");
pub(super) const NOT_CONNECTED: Answer = (403, "not_connected");
pub(super) const NOT_A_MEMBER: Answer = (403, "not_a_member");
pub(super) const CLOSED: Answer = (403, "conversation_closed");
pub(super) const CONFLICT: Answer = (409, "conflict");
pub(super) const MISMATCH: Answer = (409, "idempotency_mismatch");
pub(super) const INVALID: Answer = (422, "validation_failed");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Follow {
    #[default]
    None,
    Requested,
    Accepted,
}

impl Follow {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Requested => "requested",
            Self::Accepted => "accepted",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Direct,
    Group,
    Room,
}

impl Kind {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Group => "group",
            Self::Room => "room",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Owner,
    Admin,
    Member,
}

impl Role {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    pub(super) const fn manages(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) role: Role,
    /// None until the service told the one of a creation.
    pub(super) version: Option<i64>,
    pub(super) read: i64,
    pub(super) delivered: i64,
    pub(super) pinned: bool,
    pub(super) archived: bool,
    pub(super) muted: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct System {
    pub(super) event: &'static str,
    pub(super) actor: Who,
    pub(super) user: Option<Who>,
    pub(super) title: Option<String>,
    pub(super) topic: Option<String>,
    pub(super) role: Option<&'static str>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    /// Empty until the service told it.
    pub(super) id: String,
    pub(super) version: i64,
    /// When the present body was written.
    pub(super) body_version: i64,
    /// Nobody: a system message.
    pub(super) sender: Option<Who>,
    pub(super) client_id: String,
    pub(super) body: String,
    /// As it was first sent.
    pub(super) sent_body: String,
    /// Index of a message of the same conversation.
    pub(super) reply_to: Option<usize>,
    pub(super) mentions: BTreeSet<Who>,
    pub(super) reactions: BTreeMap<&'static str, BTreeSet<Who>>,
    /// Earlier bodies and their versions.
    pub(super) edits: Vec<(String, i64)>,
    pub(super) deleted: bool,
    pub(super) system: Option<System>,
}

#[derive(Debug, Clone)]
pub(super) struct Conversation {
    /// Empty until the service told it.
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) title: Option<String>,
    pub(super) topic: Option<String>,
    pub(super) is_closed: bool,
    pub(super) exists: bool,
    pub(super) creator: Who,
    pub(super) client_id: String,
    /// As it was first asked for.
    pub(super) asked: (Option<String>, Vec<Who>),
    pub(super) members: BTreeMap<Who, Member>,
    /// Whom an admin removed from a room.
    pub(super) removed: BTreeSet<Who>,
    /// The message with seq 1 first.
    pub(super) messages: Vec<Message>,
    pub(super) version: i64,
}

impl Conversation {
    pub(super) fn last_seq(&self) -> i64 {
        self.messages.len() as i64
    }

    pub(super) fn owner(&self) -> Option<Who> {
        self.members.iter().find(|(_, member)| member.role == Role::Owner).map(|(who, _)| *who)
    }

    pub(super) fn role(&self, who: Who) -> Option<Role> {
        self.members.get(&who).filter(|_| self.exists).map(|member| member.role)
    }

    /// The other one of a direct.
    pub(super) fn peer(&self, who: Who) -> Option<Who> {
        self.members.keys().copied().find(|other| self.kind == Kind::Direct && *other != who)
    }

    /// The caller's role; nobody's in a room that they only see.
    pub(super) fn seen_by(&self, who: Who) -> Result<Option<Role>, Answer> {
        match self.role(who) {
            Some(role) => Ok(Some(role)),
            None if self.exists && self.kind == Kind::Room => Ok(None),
            None => Err(NOT_FOUND),
        }
    }

    pub(super) fn require_member(&self, who: Who) -> Result<Role, Answer> {
        self.seen_by(who)?.ok_or(NOT_A_MEMBER)
    }

    /// Takes the next version.
    pub(super) fn change(&mut self) -> i64 {
        self.version += 1;
        self.version
    }

    pub(super) fn set_marks(&mut self, who: Who, read: i64, delivered: i64) {
        if let Some(member) = self.members.get_mut(&who) {
            member.read = member.read.max(read);
            member.delivered = member.delivered.max(delivered).max(member.read);
        }
    }

    /// Writes a message with a version of its own, and moves the marks of whoever caused it.
    pub(super) fn write(&mut self, by: Who, message: Message) {
        let version = self.change();
        self.messages.push(Message { version, body_version: version, ..message });
        let last_seq = self.last_seq();
        self.set_marks(by, last_seq, last_seq);
    }

    pub(super) fn note(&mut self, system: System) {
        self.write(system.actor, Message { system: Some(system), ..Message::default() });
    }

    pub(super) fn mention_count(&self, who: Who) -> i64 {
        let read = self.members.get(&who).map_or(0, |member| member.read);
        let unread = self.messages.iter().skip(read.max(0) as usize);
        unread.filter(|message| !message.deleted && message.mentions.contains(&who)).count() as i64
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct World {
    /// Of the first to the second.
    pub(super) follows: [[Follow; PEOPLE]; PEOPLE],
    /// Ids of the latest requests of the first to the second.
    pub(super) requests: BTreeMap<(Who, Who), String>,
    pub(super) blocks: [[bool; PEOPLE]; PEOPLE],
    pub(super) mutes: [[bool; PEOPLE]; PEOPLE],
    /// Who lets everybody in unasked.
    pub(super) is_open: [bool; PEOPLE],
    /// Whom nobody may follow.
    pub(super) is_shy: [bool; PEOPLE],
    pub(super) conversations: Vec<Conversation>,
}

impl World {
    pub(super) fn connected(&self, one: Who, other: Who) -> bool {
        self.follows[one][other] == Follow::Accepted && self.follows[other][one] == Follow::Accepted
    }

    /// Whether `who` exists for `viewer`.
    pub(super) fn hidden(&self, who: Who, viewer: Who) -> bool {
        self.blocks[who][viewer]
    }

    pub(super) fn total_unread(&self, who: Who) -> i64 {
        let mine = self.conversations.iter().filter(|conversation| conversation.exists);
        mine.filter_map(|conversation| Some((conversation, conversation.members.get(&who)?)))
            .filter(|(_, member)| !member.archived && !member.muted)
            .map(|(conversation, member)| conversation.last_seq() - member.read)
            .sum()
    }
}
