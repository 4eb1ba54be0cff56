//! The one direct conversation of two people.

use pulse_types::clock::to_millisecond;
use pulse_types::{Clock as _, ConversationId, UserId};
use uuid::Uuid;

use crate::domain::change::Change;
use crate::domain::conversation::{Conversation, Kind, Role};
use crate::domain::group::NewConversation;
use crate::domain::person::Pair;
use crate::ops::Context;
use crate::ops::announce::user_subjects;
use crate::ops::conversation::{self, FindError};
use crate::ops::repeat::{self, RepeatError};
use crate::store::group::Request;
use crate::store::{self, StoreError};

/// The direct conversation could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// Nobody has a direct conversation with oneself.
    #[error("a direct conversation has two people")]
    Oneself,
    /// Nobody is known by this id, or they block the one who asks.
    #[error("there is no such person, or you may not see them")]
    UnknownPerson,
    /// The two do not follow one another.
    #[error("you and this person are not connected")]
    NotConnected,
    /// The `client_id` is no new one.
    #[error(transparent)]
    Repeat(#[from] RepeatError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a direct conversation was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It was made now.
    Made,
    /// It stood already.
    Stood,
    /// An earlier request by the same name was answered with it.
    Repeated,
}

/// A name that a client gave to its request.
struct Name {
    client_id: Uuid,
    /// SHA-256 of what is asked for.
    digest: Vec<u8>,
}

impl Name {
    fn of(client_id: Uuid, peer_id: UserId) -> Self {
        let asked = NewConversation {
            kind: Kind::Direct,
            title: String::new(),
            topic: String::new(),
            member_ids: vec![peer_id],
            client_id: None,
        };
        Self { client_id, digest: asked.digest() }
    }

    fn request(&self, conversation_id: ConversationId) -> Request {
        Request { conversation_id, digest: self.digest.clone() }
    }

    async fn require(&self, context: &Context, user_id: UserId) -> Result<Opened, DirectError> {
        let known = repeat::require(context, user_id, self.client_id, &self.digest).await?;
        Ok((known, Opening::Repeated))
    }
}

/// A direct conversation as the one who opened it sees it.
type Opened = (Conversation, Opening);

/// The direct conversation of two connected people as `user_id` sees it, made when there is none. However many ask at once, one
/// is made. What was opened by a `client_id` before comes again, whatever is between the two now.
///
/// # Errors
/// [`DirectError`].
pub async fn open(
    context: &Context,
    user_id: UserId,
    peer_id: UserId,
    client_id: Option<Uuid>,
) -> Result<Opened, DirectError> {
    let pair = Pair::of(user_id, peer_id).ok_or(DirectError::Oneself)?;
    let name = client_id.map(|client_id| Name::of(client_id, peer_id));
    if let Some(name) = &name
        && let Some(known) = repeat::find(context, user_id, name.client_id, &name.digest).await?
    {
        return Ok((known, Opening::Repeated));
    }
    let mut conn = context.db.conn().await?;
    if !store::person::exists(&mut conn, peer_id).await? {
        return Err(DirectError::UnknownPerson);
    }
    let connection = store::connection::find(&mut conn, pair).await?;
    if connection.is_hidden_from(user_id) {
        return Err(DirectError::UnknownPerson);
    }
    if !connection.is_connected {
        return Err(DirectError::NotConnected);
    }
    let existing = store::conversation::find_direct(&mut conn, pair).await?;
    drop(conn);
    match existing {
        Some(conversation_id) => reopen(context, user_id, conversation_id, name).await,
        None => create(context, user_id, pair, name).await,
    }
}

/// The one that stands; a name that is new stands for it from now on.
async fn reopen(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
    name: Option<Name>,
) -> Result<Opened, DirectError> {
    if let Some(name) = name {
        let mut tx = context.db.begin().await?;
        // Whoever is erased meanwhile waits for this, and forgets the name too.
        if store::candidate::is_erased_held(&mut tx, user_id).await? {
            return Err(DirectError::UnknownPerson);
        }
        let request = name.request(conversation_id);
        if !store::group::claim_request(&mut tx, user_id, name.client_id, &request).await? {
            tx.rollback().await.map_err(StoreError::from)?;
            return name.require(context, user_id).await;
        }
        tx.commit().await.map_err(StoreError::from)?;
    }
    match conversation::get(context, user_id, conversation_id).await {
        Ok(conversation) => Ok((conversation, Opening::Stood)),
        Err(FindError::Store(error)) => Err(error.into()),
        Err(FindError::NotFound) => {
            Err(StoreError::Corrupt { table: "direct_pairs", id: conversation_id.as_uuid() }.into())
        }
    }
}

async fn create(
    context: &Context,
    user_id: UserId,
    pair: Pair,
    name: Option<Name>,
) -> Result<Opened, DirectError> {
    let now = to_millisecond(context.clock.now());
    let new_id = ConversationId::new(&*context.clock);
    let mut tx = context.db.begin().await?;
    if let Some(name) = &name
        && !store::group::claim_request(&mut tx, user_id, name.client_id, &name.request(new_id)).await?
    {
        tx.rollback().await.map_err(StoreError::from)?;
        return name.require(context, user_id).await;
    }
    // Held to the end: a disconnect comes before this, or finds the conversation.
    if !store::connection::is_connected_held(&mut tx, pair).await? {
        return Err(DirectError::NotConnected);
    }
    if !store::conversation::claim_direct(&mut tx, pair, new_id).await? {
        let existing = store::conversation::find_direct(&mut tx, pair).await?;
        tx.rollback().await.map_err(StoreError::from)?;
        let corrupt = StoreError::Corrupt { table: "direct_pairs", id: new_id.as_uuid() };
        return reopen(context, user_id, existing.ok_or(corrupt)?, name).await;
    }
    store::conversation::insert_direct(&mut tx, new_id, pair, now).await?;
    store::member::insert(&mut tx, new_id, &pair.both(), Role::Member, now).await?;
    let mut entries = Vec::new();
    let mut own = None;
    for member_id in pair.both() {
        let corrupt = StoreError::Corrupt { table: "conversations", id: new_id.as_uuid() };
        let conversation = store::conversation::find(&mut tx, new_id, member_id).await?.ok_or(corrupt)?;
        if member_id == user_id {
            own = Some(conversation.clone());
        }
        let change = Change::ConversationCreated(Box::new(conversation));
        entries.push(context.announcer.entry(&change, user_subjects([member_id]), &*context.clock));
    }
    let entries = store::outbox::insert(&mut tx, entries, now).await?;
    tx.commit().await.map_err(StoreError::from)?;
    context.announcer.committed(entries);
    let corrupt = StoreError::Corrupt { table: "members", id: new_id.as_uuid() };
    Ok((own.ok_or(corrupt)?, Opening::Made))
}
