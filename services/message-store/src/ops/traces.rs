//! What a person leaves in a conversation beside the membership: messages, reactions, mentions by others. Forgotten piece by
//! piece.

use pulse_types::UserId;

use crate::domain::change::{Change, ReactionUpdated};
use crate::ops::changing::Changing;
use crate::ops::erasure::Messages;
use crate::ops::message::delete_locked;
use crate::store::reaction::Trace;
use crate::store::{self, StoreError};

/// Forgets up to `limit` of somebody's traces in a locked conversation, and commits. When none is left the conversation comes
/// back, locked as it was.
pub(super) async fn forget(
    mut changing: Changing<'_>,
    user_id: UserId,
    messages: Messages,
    limit: i64,
) -> Result<Option<Changing<'_>>, StoreError> {
    let conversation_id = changing.head.conversation_id;
    let found = store::erasure::list_messages(changing.conn(), conversation_id, user_id, limit).await?;
    if !found.is_empty() {
        forget_messages(changing, &found, messages).await?;
        return Ok(None);
    }
    let reactions = store::reaction::list_of(changing.conn(), conversation_id, user_id, limit).await?;
    if !reactions.is_empty() {
        take_back(changing, user_id, reactions).await?;
        return Ok(None);
    }
    if store::mention::forget(changing.conn(), conversation_id, user_id, limit).await? > 0 {
        store::erasure::touch(changing.conn(), conversation_id).await?;
        changing.commit_without_head().await?;
        return Ok(None);
    }
    Ok(Some(changing))
}

/// Makes messages nobody's; before that deletes those that are there, if they are to go.
async fn forget_messages(
    mut changing: Changing<'_>,
    found: &[(i64, bool)],
    messages: Messages,
) -> Result<(), StoreError> {
    let conversation_id = changing.head.conversation_id;
    let there = found.iter().filter(|(_, is_there)| *is_there && messages == Messages::Erase);
    let mut positions: Vec<_> = there.map(|(seq, _)| (conversation_id, *seq)).collect();
    positions.sort_unstable();
    if !positions.is_empty() {
        let mut standing = store::message::list_at(changing.conn(), None, &positions).await?;
        standing.sort_unstable_by_key(|message| message.seq);
        delete_locked(&mut changing, &standing).await?;
    }
    let seqs: Vec<i64> = found.iter().map(|(seq, _)| *seq).collect();
    store::erasure::disown(changing.conn(), conversation_id, &seqs).await?;
    match positions.is_empty() {
        true => {
            store::erasure::touch(changing.conn(), conversation_id).await?;
            changing.commit_without_head().await
        }
        false => changing.commit().await,
    }
}

/// Takes reactions back, each as a change of its own.
async fn take_back(
    mut changing: Changing<'_>,
    user_id: UserId,
    traces: Vec<Trace>,
) -> Result<(), StoreError> {
    let conversation_id = changing.head.conversation_id;
    for Trace { message_id, seq, emoji } in traces {
        let version = changing.next_version();
        let key = (conversation_id, seq);
        store::reaction::delete(changing.conn(), key, (user_id, &emoji)).await?;
        store::reaction::changed(changing.conn(), key, version).await?;
        let reactions = store::reaction::list(changing.conn(), key, None).await?;
        let updated = ReactionUpdated {
            conversation_id,
            message_id,
            seq,
            version,
            user_id,
            emoji,
            is_active: false,
            reactions,
        };
        changing.tell(&Change::ReactionUpdated(updated)).await?;
    }
    changing.commit().await
}
