//! The limits that clients are told (contract section 2).

use serde::Serialize;
use utoipa::ToSchema;

/// Largest JSON body and socket frame, in bytes.
pub const FRAME_MAX_BYTES: usize = 65_536;
/// Most ids in one question for presence.
pub const PRESENCE_WATCH_MAX: usize = 200;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $default:expr;)*) => {
        /// All limits by name. Contract section 2 tells the rule of each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        pub struct Limits { $($(#[$doc])* #[schema(example = $default)] pub $name: u64,)* }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }
    };
}

limits! {
    /// Characters of a username, at least.
    username_min: 3;
    /// Characters of a username, at most.
    username_max: 32;
    /// Characters of a display name, at most.
    display_name_max: 64;
    /// Characters of a bio, at most.
    bio_max: 500;
    /// Characters of a password, at least.
    password_min: 10;
    /// Characters of a password, at most.
    password_max: 128;
    /// Characters of a message, at most.
    body_max: 4000;
    /// Bytes of a JSON body or socket frame, at most.
    frame_max_bytes: 65_536;
    /// Characters of a title, at most.
    title_max: 80;
    /// Characters of a topic, at most.
    topic_max: 250;
    /// Members of a group, at most.
    group_max_members: 256;
    /// Members of a room, at most.
    room_max_members: 100_000;
    /// Different emoji on one message, at most.
    reactions_max: 20;
    /// Files of one message, at most.
    attachments_max: 10;
    /// Bytes of one file, at most.
    attachment_max_bytes: 26_214_400;
    /// Sends of one user in one conversation in 10 s.
    messages_per_10s_conversation: 20;
    /// Sends of one user in 10 s.
    messages_per_10s: 50;
    /// Frames of one socket in 10 s.
    frames_per_10s: 300;
    /// Sockets of one user, event streams included.
    sockets_max: 32;
    /// Ids in a presence watch or query.
    presence_watch_max: 200;
    /// Members up to which events reach sockets that have not opened the conversation.
    inbox_fanout_max: 64;
}
