//! Who looks at which conversation, and who is in which large one: what changes that, seen from the user.

use std::sync::Arc;

use pulse_types::{ConversationId, UserId};

use crate::ws::delivery::Effect;
use crate::ws::frames::{self, Event};
use crate::ws::hub::Hub;
use crate::ws::hub::socket::{OpenRefused, Socket};
use crate::ws::hub::user::User;
use crate::ws::places::{Admission, Place};
use crate::ws::positions::require_sync;
use crate::ws::queue::Class;

impl Hub {
    /// Begins to open a conversation on a socket: it is listened to, but nothing is handed on before it is known that the user
    /// may see it. The answer to that question is given to [`Hub::finish_opening`]. True beside the place: it was not open before.
    ///
    /// # Errors
    /// [`OpenRefused`]
    pub(in crate::ws) fn begin_opening(
        &self,
        socket: &Socket,
        conversation_id: ConversationId,
    ) -> Result<(Arc<Place>, bool), OpenRefused> {
        let user = self.user(socket.principal.user_id).ok_or(OpenRefused::Gone)?;
        let is_new = socket.opened.add(conversation_id)?;
        let place = self.places().watch(self, &user, socket, conversation_id);
        if !socket.opened.has(conversation_id) {
            // Closed again before it was there to be found.
            self.places().unwatch(conversation_id, socket);
        }
        Ok((place, is_new))
    }

    /// The user may see the conversation, as was asked at an epoch of the place: what was kept meanwhile is handed on. False
    /// when it was taken from them again before this.
    pub(in crate::ws) fn finish_opening(
        &self,
        socket: &Socket,
        place: &Place,
        epoch: u64,
        admission: Admission,
    ) -> bool {
        let conversation_id = place.conversation_id;
        let Some(user) = self.user(socket.principal.user_id) else { return false };
        if user.is_large(conversation_id) {
            // What follows the answer waits for nothing that it shows.
            user.advance(conversation_id, admission.version);
        }
        place.let_in(user.user_id, epoch, admission) && socket.opened.has(conversation_id)
    }

    /// A conversation is not open any more on a socket; one that was not open stays so.
    pub(in crate::ws) fn close_conversation(&self, socket: &Socket, conversation_id: ConversationId) {
        if socket.opened.remove(conversation_id) {
            self.places().unwatch(conversation_id, socket);
        }
    }

    /// A user is not a member since a version: nothing is shown to them any more. Whoever has come back since stays.
    pub(in crate::ws) fn end_viewing(&self, user_id: UserId, conversation_id: ConversationId, version: i64) {
        self.places().end(conversation_id, user_id, version);
    }

    /// The end of a membership was not heard, but is known: as [`Hub::end_viewing`], and the sockets are told to look for
    /// themselves.
    pub(in crate::ws) fn end_unheard(&self, user: &Arc<User>, conversation_id: ConversationId) {
        self.end_viewing(user.user_id, conversation_id, i64::MAX);
        self.note_small(user, conversation_id);
        require_sync(user, &[conversation_id]);
        self.close_sockets_of(user, conversation_id);
    }

    /// How many members one of the user's conversations has now.
    pub(in crate::ws) fn note_size(&self, user: &Arc<User>, conversation_id: ConversationId, members: u32) {
        if members <= self.0.inbox_fanout_max {
            return self.note_small(user, conversation_id);
        }
        let Some(place) = self.note_large(user, conversation_id) else { return };
        // What happened until it is listened to is told by its head.
        let (hub, user_id) = (self.clone(), user.user_id);
        self.spawn(async move {
            place.listening().await;
            hub.questions().ask(user_id, conversation_id);
        });
    }

    /// Whether a change that both planes have was made while the conversation was small: all of those were but the one that made
    /// it small again.
    pub(in crate::ws) fn was_small_before(&self, effect: Effect) -> bool {
        match effect {
            Effect::Member { on_both_planes: true, is_gone, member_count, .. } => {
                !is_gone || member_count < self.0.inbox_fanout_max
            }
            _ => false,
        }
    }

    /// One of the user's conversations is above the fan-out limit: its head is listened to. `None` when it was already.
    pub(super) fn note_large(&self, user: &Arc<User>, conversation_id: ConversationId) -> Option<Arc<Place>> {
        if !user.add_large(conversation_id) {
            return None;
        }
        let place = self.places().join(self, conversation_id, user.user_id);
        if user.stop.is_cancelled() {
            // The last socket has gone meanwhile; it knew nothing of this.
            self.places().leave(conversation_id, user.user_id);
        }
        Some(place)
    }

    pub(in crate::ws) fn note_small(&self, user: &User, conversation_id: ConversationId) {
        if user.remove_large(conversation_id) {
            self.places().leave(conversation_id, user.user_id);
        }
    }

    /// Whether a user and a person are connected: in their direct conversation nobody types who may not write.
    pub(super) fn note_connected(&self, user: &Arc<User>, peer_id: UserId, is_connected: bool) {
        let mut opened = Vec::new();
        user.each_socket(|socket| opened.extend(socket.opened.list()));
        opened.sort_unstable();
        opened.dedup();
        for conversation_id in opened {
            if !self.places().note_connected(conversation_id, user.user_id, peer_id, is_connected) {
                continue;
            }
            let stopped = Event::Typing { conversation_id, user_id: peer_id, active: false };
            let frame = frames::event(&stopped);
            user.send(&frame, Class::Durable, |socket| socket.opened.has(conversation_id));
        }
    }
}
