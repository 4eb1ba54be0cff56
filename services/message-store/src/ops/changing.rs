//! The one way to change a conversation outside of the path of sending: its head is locked, what happens is decided on what
//! stands then and written, and the events are written beside it. Each change takes a version of its own, in the order in which
//! it is told; a system message takes the next one.

use std::sync::Arc;

use pulse_events::{OutboxEntry, subjects};
use pulse_types::clock::to_millisecond;
use pulse_types::{Clock as _, ConversationId, MessageId, UserId};
use time::OffsetDateTime;

use crate::domain::change::{Change, MemberChange, MemberChanged};
use crate::domain::conversation::{Conversation, Head, INBOX_FANOUT_MAX, Refusal};
use crate::domain::message::{Message, MessageKind};
use crate::domain::policy::Place;
use crate::domain::system::SystemNote;
use crate::ops::Context;
use crate::ops::announce::user_subjects;
use crate::store::outbox::NewEntry;
use crate::store::{self, Conn, StoreError, Tx};

/// Why a conversation was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A conversation whose head is locked until [`Changing::commit`]; dropped before, nothing has happened.
pub(super) struct Changing<'a> {
    context: &'a Context,
    tx: Tx<'static>,
    /// The head as it is to be; written by the commit.
    pub(super) head: Head,
    /// The time of the change; not before that of the newest message.
    pub(super) now: OffsetDateTime,
    /// Subjects of the members, while they are known.
    audience: Option<Vec<String>>,
    entries: Vec<NewEntry>,
    /// How many of the entries greet new members; they stand before all others.
    greetings: usize,
    /// Entries that stand in the outbox already.
    written: Vec<Vec<OutboxEntry>>,
}

impl<'a> Changing<'a> {
    /// Locks a conversation; `None` when there is none.
    pub(super) async fn lock(
        context: &'a Context,
        conversation_id: ConversationId,
    ) -> Result<Option<Self>, StoreError> {
        let tx = context.db.begin().await?;
        Self::lock_in(context, tx, conversation_id).await
    }

    /// The same in a transaction that has begun.
    pub(super) async fn lock_in(
        context: &'a Context,
        mut tx: Tx<'static>,
        conversation_id: ConversationId,
    ) -> Result<Option<Self>, StoreError> {
        let heads = store::batch::lock_heads(&mut tx, &[conversation_id]).await?;
        let Some(head) = heads.into_iter().next() else { return Ok(None) };
        // Times rise with positions, whatever the machines' clocks say.
        let now = to_millisecond(context.clock.now()).max(head.active_at);
        let (entries, written) = (Vec::new(), Vec::new());
        Ok(Some(Self { context, tx, head, now, audience: None, entries, greetings: 0, written }))
    }

    /// The transaction.
    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.tx
    }

    /// How many members it may have.
    pub(super) fn members_max(&self) -> i32 {
        self.context.sizes.members_max(self.head.kind)
    }

    /// Where `user_id` stands in it.
    pub(super) async fn place_of(&mut self, user_id: UserId) -> Result<Place, StoreError> {
        let role = store::member::find_role(&mut self.tx, self.head.conversation_id, user_id).await?;
        Ok(Place {
            kind: self.head.kind,
            is_closed: self.head.is_closed,
            is_connected: self.head.is_connected,
            role,
        })
    }

    /// Takes the version of the next change.
    pub(super) const fn next_version(&mut self) -> i64 {
        self.head.version += 1;
        self.head.version
    }

    /// Who is a member has changed: the audience is read again.
    pub(super) fn members_changed(&mut self) {
        self.audience = None;
    }

    /// Tells every member.
    pub(super) async fn tell(&mut self, change: &Change) -> Result<(), StoreError> {
        let subjects = match &self.audience {
            Some(subjects) => subjects.clone(),
            None => {
                let subjects = self.members().await?;
                self.audience.insert(subjects).clone()
            }
        };
        self.entries.push(self.context.announcer.entry(change, subjects, &*self.context.clock));
        Ok(())
    }

    /// Tells every member of a member.
    ///
    /// While the conversation is small, and when this takes it over the fan-out limit or back, everybody hears it on their own
    /// subject: so gateways learn where to listen from now on. The conversation's subject has it too, then or when somebody
    /// is gone: whoever listens there stops before what follows.
    pub(super) async fn tell_member(&mut self, mut changed: MemberChanged) -> Result<(), StoreError> {
        let [was_large, is_large] =
            [changed.count_before(), changed.member_count].map(|count| count > INBOX_FANOUT_MAX);
        let is_gone = changed.change == MemberChange::Removed;
        changed.is_on_both_planes = was_large != is_large || (is_gone && !is_large);
        if !changed.is_on_both_planes {
            return self.tell(&Change::MemberChanged(changed)).await;
        }
        let mut subjects = self.people().await?;
        subjects.push(subjects::conversation(self.head.conversation_id));
        let change = Change::MemberChanged(changed);
        self.entries.push(self.context.announcer.entry(&change, subjects, &*self.context.clock));
        Ok(())
    }

    /// Tells some people alone.
    pub(super) fn tell_people(&mut self, change: &Change, user_ids: impl IntoIterator<Item = UserId>) {
        let subjects = user_subjects(user_ids);
        self.entries.push(self.context.announcer.entry(change, subjects, &*self.context.clock));
    }

    /// Tells every member what the conversation is like now, and what has been written to its row.
    pub(super) async fn tell_conversation(&mut self) -> Result<(), StoreError> {
        let conversation = self.shared().await?;
        self.tell(&Change::ConversationUpdated(Box::new(conversation))).await
    }

    /// Tells a new member, before all else, what the conversation is like for them.
    pub(super) fn greet(&mut self, user_id: UserId, conversation: Conversation) {
        let change = Change::ConversationCreated(Box::new(conversation));
        let entry = self.context.announcer.entry(&change, user_subjects([user_id]), &*self.context.clock);
        self.entries.insert(self.greetings, entry);
        self.greetings += 1;
    }

    /// The conversation as everybody sees it after all that has happened so far.
    pub(super) async fn shared(&mut self) -> Result<Conversation, StoreError> {
        let conversation_id = self.head.conversation_id;
        store::conversation::update_head(&mut self.tx, &self.head, self.now).await?;
        let found = store::conversation::find_shared(&mut self.tx, conversation_id).await?;
        self.completed(None, found).await
    }

    /// The conversation as one member sees it after all that has happened so far.
    pub(super) async fn seen_by(&mut self, user_id: UserId) -> Result<Conversation, StoreError> {
        store::conversation::update_head(&mut self.tx, &self.head, self.now).await?;
        self.unmoved_seen_by(user_id).await
    }

    /// The same while the head has not moved.
    pub(super) async fn unmoved_seen_by(&mut self, user_id: UserId) -> Result<Conversation, StoreError> {
        let found = store::conversation::find(&mut self.tx, self.head.conversation_id, user_id).await?;
        self.completed(Some(user_id), found).await
    }

    async fn completed(
        &mut self,
        viewer: Option<UserId>,
        found: Option<Conversation>,
    ) -> Result<Conversation, StoreError> {
        let id = self.head.conversation_id.as_uuid();
        let mut one = [found.ok_or(StoreError::Corrupt { table: "conversations", id })?];
        super::conversation::add_last_messages(&mut self.tx, viewer, &mut one).await?;
        let [conversation] = one;
        Ok(conversation)
    }

    /// Writes a system message, tells every member, and moves the marks of its actor to it.
    pub(super) async fn note(&mut self, mut note: SystemNote) -> Result<Arc<Message>, StoreError> {
        self.head.last_seq += 1;
        self.head.active_at = self.now;
        let version = self.next_version();
        let (conversation_id, seq) = (self.head.conversation_id, self.head.last_seq);
        store::person::fill(&mut self.tx, &mut note).await?;
        let message = Arc::new(Message {
            message_id: MessageId::new(&*self.context.clock),
            conversation_id,
            seq,
            version,
            sender_id: None,
            sender: None,
            client_id: None,
            kind: MessageKind::System,
            body: String::new(),
            reply_to: None,
            mentions: Vec::new(),
            attachments: Vec::new(),
            reactions: Vec::new(),
            system: Some(note.clone()),
            created_at: self.now,
            edited_at: None,
            deleted_at: None,
        });
        store::message::insert_system(&mut self.tx, &message, &note).await?;
        if let Some(actor_id) = note.actor_id {
            store::member::catch_up(&mut self.tx, conversation_id, actor_id, seq).await?;
        }
        self.tell(&Change::MessageCreated(Arc::clone(&message))).await?;
        Ok(message)
    }

    /// Writes the head and the events, commits, and publishes.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        store::conversation::update_head(&mut self.tx, &self.head, self.now).await?;
        self.finish().await
    }

    /// The same without the head, which is gone or has not moved.
    pub(super) async fn commit_without_head(self) -> Result<(), StoreError> {
        self.finish().await
    }

    /// Writes the events so far; whoever has many writes them in pieces.
    pub(super) async fn flush(&mut self) -> Result<(), StoreError> {
        let entries = std::mem::take(&mut self.entries);
        self.written.push(store::outbox::insert(&mut self.tx, entries, self.now).await?);
        self.greetings = 0;
        Ok(())
    }

    async fn finish(mut self) -> Result<(), StoreError> {
        self.flush().await?;
        self.tx.commit().await?;
        for entries in self.written {
            self.context.announcer.committed(entries);
        }
        Ok(())
    }

    async fn members(&mut self) -> Result<Vec<String>, StoreError> {
        if self.head.member_count > INBOX_FANOUT_MAX {
            return Ok(vec![subjects::conversation(self.head.conversation_id)]);
        }
        self.people().await
    }

    /// Subjects of the members themselves.
    async fn people(&mut self) -> Result<Vec<String>, StoreError> {
        if let Some(pair) = self.head.pair {
            return Ok(user_subjects(pair.both()));
        }
        let members = store::member::list_ids(&mut self.tx, &[self.head.conversation_id]).await?;
        Ok(user_subjects(members.into_iter().map(|(_, user_id)| user_id)))
    }
}
