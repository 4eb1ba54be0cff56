//! Every subject there is. No other file spells one.
//!
//! | subject | payload (type in the header) | publisher | listeners | kept | order |
//! |---|---|---|---|---|---|
//! | `pulse.v1.user.<user_id>` | `message.created`, `message.updated`, `message.deleted`, `reaction.updated`, `member.changed`, `conversation.updated` of conversations up to 64 members, and the `member.changed` that takes one above or back; `conversation.created`, `conversation.removed`, `marks.moved` | message-store | gateways with a socket of the user | no | by `version` of the conversation |
//! | `pulse.v1.conversation.<conversation_id>` | the first six, of conversations above 64 members; `member.changed` of smaller ones when somebody is gone | message-store | gateways with a member connected, or one that has it open | no | by `version` |
//! | `pulse.v1.conversation.<conversation_id>` | `marks.moved` of groups and rooms | message-store | gateways with a member that has it open | no | none |
//! | `pulse.v1.conversation.<conversation_id>` | `typing` | gateways | the same | no | none |
//! | `pulse.v1.user.<user_id>` | `follow.requested`, `relationship.updated` | social-graph | the same | no | none |
//! | `pulse.v1.presence.<user_id>` | `presence.changed` | gateways | gateways with a socket that watches the user | no | by `revision` |
//! | `pulse.v1.event.account.registered.<user_id>` | `account.registered` | auth | social-graph (`social-graph-profiles`) | stream `AUTH`, until the account is erased | none |
//! | `pulse.v1.event.account.renamed.<user_id>` | `account.renamed` | auth | social-graph (`social-graph-renames`) | stream `AUTH`, until the account is erased | by `renamed_at` |
//! | `pulse.v1.user.<user_id>` | `me.changed` | auth, social-graph | the same | no | none |
//! | `pulse.v1.event.session.ended` | `session.ended` | auth | gateways, live and again after each gap | stream `AUTH` | none |
//! | `pulse.v1.event.signing_key.withdrawn` | `signing_key.withdrawn` | auth | gateways, live and again after each gap | stream `AUTH` | none |
//! | `pulse.v1.gateway.connections` | `ListConnectionsRequest`, answered by `ListConnectionsResponse` | gateways, `pulse` | gateways | no | none |
//! | `pulse.v1.gateway.connections.close` | `CloseConnectionRequest`, answered by `CloseConnectionResponse` | `pulse` | gateways | no | none |

use pulse_types::{ConversationId, UserId};

/// What durable subjects begin with; everything else is live only.
const EVENT_PREFIX: &str = "pulse.v1.event.";

/// An account was made, whosever it is: what a consumer asks for.
pub const EVERY_ACCOUNT_REGISTERED: &str = "pulse.v1.event.account.registered.*";
/// An account has another username, whosever it is: what a consumer asks for.
pub const EVERY_ACCOUNT_RENAMED: &str = "pulse.v1.event.account.renamed.*";
/// A session ended before its time.
pub const SESSION_ENDED: &str = "pulse.v1.event.session.ended";
/// Tokens of a signing key are refused from now on.
pub const SIGNING_KEY_WITHDRAWN: &str = "pulse.v1.event.signing_key.withdrawn";

/// Asks every gateway for its live sockets; answered to the reply subject.
pub const GATEWAY_CONNECTIONS: &str = "pulse.v1.gateway.connections";
/// Asks the gateway that has a live socket to close it; answered to the reply subject.
pub const GATEWAY_CONNECTIONS_CLOSE: &str = "pulse.v1.gateway.connections.close";

/// The inbox plane: all that a user must not miss.
#[must_use]
pub fn user(user_id: UserId) -> String {
    format!("pulse.v1.user.{user_id}")
}

/// What others see of a person's presence.
#[must_use]
pub fn presence(user_id: UserId) -> String {
    format!("pulse.v1.presence.{user_id}")
}

/// An account was made. The owner stands in the subject, so that the stream can forget one person.
#[must_use]
pub fn account_registered(user_id: UserId) -> String {
    format!("pulse.v1.event.account.registered.{user_id}")
}

/// An account has another username.
#[must_use]
pub fn account_renamed(user_id: UserId) -> String {
    format!("pulse.v1.event.account.renamed.{user_id}")
}

/// All events that hold what somebody is called: what a stream forgets with the person.
#[must_use]
pub fn every_event_of_account(user_id: UserId) -> String {
    format!("pulse.v1.event.account.*.{user_id}")
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
        let subjects = [
            &user(user_id),
            &presence(user_id),
            &account_registered(user_id),
            &account_renamed(user_id),
            SESSION_ENDED,
            SIGNING_KEY_WITHDRAWN,
        ];
        insta::assert_snapshot!(subjects.map(|subject| format!("{subject} durable={}", is_durable(subject))).join("\n"), @r"
        pulse.v1.user.0190a5c6-7c1f-7000-8000-000000000001 durable=false
        pulse.v1.presence.0190a5c6-7c1f-7000-8000-000000000001 durable=false
        pulse.v1.event.account.registered.0190a5c6-7c1f-7000-8000-000000000001 durable=true
        pulse.v1.event.account.renamed.0190a5c6-7c1f-7000-8000-000000000001 durable=true
        pulse.v1.event.session.ended durable=true
        pulse.v1.event.signing_key.withdrawn durable=true
        ");
    }
}
