//! message-store: keeps copies of how people are shown and of who is connected or blocks whom, and must be told of each
//! change.

use pulse_proto::common::v1::Person;
use pulse_proto::messages::v1::message_store_service_client::MessageStoreServiceClient;
use pulse_proto::messages::v1::{ApplyPersonRequest, ApplyRelationshipRequest};
use pulse_rpc::{Connection as Channel, Failure};

use crate::domain::delivery::{Connection, Shown};

/// Calls message-store. Both calls may be repeated; it ignores what is older than what it has.
#[derive(Clone)]
pub struct MessageStore(MessageStoreServiceClient<Channel>);

impl MessageStore {
    /// Calls over this connection.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self(MessageStoreServiceClient::new(channel))
    }

    /// Tells whether two people are connected, and who blocks whom.
    ///
    /// # Errors
    /// When message-store can't be reached or refuses.
    pub async fn apply_relationship(&self, connection: Connection) -> Result<(), Failure> {
        let request = ApplyRelationshipRequest {
            first_user_id: connection.pair.low().to_string(),
            second_user_id: connection.pair.high().to_string(),
            connected: connection.is_connected,
            version: connection.version,
            first_blocks_second: connection.low_blocks,
            second_blocks_first: connection.high_blocks,
        };
        self.0.clone().apply_relationship(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    /// Tells how a person is shown.
    ///
    /// # Errors
    /// When message-store can't be reached or refuses.
    pub async fn apply_person(&self, shown: Shown) -> Result<(), Failure> {
        let profile = shown.profile;
        let person = Person {
            user_id: profile.user_id.to_string(),
            username: profile.username,
            display_name: profile.display_name,
            avatar_url: profile.avatar_url,
        };
        let request = ApplyPersonRequest {
            person: Some(person),
            version: profile.version,
            sends_read_receipts: shown.sends_read_receipts,
            locale: shown.locale,
            shows_presence: shown.shows_presence,
        };
        self.0.clone().apply_person(request).await.map_err(Failure::from_status)?;
        Ok(())
    }
}
