//! Every subject there is. No other file spells one.
//!
//! | subject | payload (type in the header) | publisher | listeners | kept | order |
//! |---|---|---|---|---|---|
//! | `pulse.v1.user.<user_id>` | `message.created`, `conversation.created`, `marks.moved` | message-store | gateways with a socket of the user | no | by `version` of the conversation |
//! | `pulse.v1.conversation.<conversation_id>` | `message.created` of conversations above 64 members | message-store | gateways with a member connected | no | by `version` |
//! | `pulse.v1.user.<user_id>` | `follow.requested`, `relationship.updated` | social-graph | the same | no | none |
//! | `pulse.v1.event.account.registered` | `account.registered` | auth | social-graph (`social-graph-profiles`) | stream `AUTH` | none |
//! | `pulse.v1.user.<user_id>` | `me.changed` | auth, social-graph | the same | no | none |
//! | `pulse.v1.event.session.ended` | `session.ended` | auth | gateways, live | stream `AUTH` | none |
//! | `pulse.v1.event.signing_key.withdrawn` | `signing_key.withdrawn` | auth | gateways, live | stream `AUTH` | none |

use pulse_types::{ConversationId, UserId};

/// What durable subjects begin with; everything else is live only.
const EVENT_PREFIX: &str = "pulse.v1.event.";

/// An account was made.
pub const ACCOUNT_REGISTERED: &str = "pulse.v1.event.account.registered";
/// A session ended before its time.
pub const SESSION_ENDED: &str = "pulse.v1.event.session.ended";
/// Tokens of a signing key are refused from now on.
pub const SIGNING_KEY_WITHDRAWN: &str = "pulse.v1.event.signing_key.withdrawn";

/// The inbox plane: all that a user must not miss.
#[must_use]
pub fn user(user_id: UserId) -> String {
    format!("pulse.v1.user.{user_id}")
}

/// The conversation plane: what members see that have it open, and the messages of larger conversations.
#[must_use]
pub fn conversation(conversation_id: ConversationId) -> String {
    format!("pulse.v1.conversation.{conversation_id}")
}

/// Whether a subject belongs to a stream, so that publishing is acknowledged.
#[must_use]
pub fn is_durable(subject: &str) -> bool {
    subject.starts_with(EVENT_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_what_other_versions_of_us_listen_to() {
        let user_id = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        insta::assert_snapshot!([&user(user_id), ACCOUNT_REGISTERED, SESSION_ENDED, SIGNING_KEY_WITHDRAWN].map(|subject| format!("{subject} durable={}", is_durable(subject))).join("\n"), @r"
        pulse.v1.user.0190a5c6-7c1f-7000-8000-000000000001 durable=false
        pulse.v1.event.account.registered durable=true
        pulse.v1.event.session.ended durable=true
        pulse.v1.event.signing_key.withdrawn durable=true
        ");
    }
}
