//! The signed-in user on whose behalf a call is made, carried in the metadata of a call.

use pulse_proto::common::v1 as proto;
use pulse_types::{SessionId, UserId};
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::{Request, Status};

use crate::failure::Failure;
use crate::reason::Reason;

const USER_ID: &str = "pulse-user-id";
const SESSION_ID: &str = "pulse-session-id";

/// Who asks. Believed because the caller is a service on the method's list, which has verified the access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The person.
    pub user_id: UserId,
    /// Their signed-in device.
    pub session_id: SessionId,
}

impl Principal {
    /// A request made for this user.
    #[must_use]
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        insert(metadata, USER_ID, &self.user_id.to_string());
        insert(metadata, SESSION_ID, &self.session_id.to_string());
        request
    }

    /// Reads the user of a request.
    ///
    /// # Errors
    /// A status with reason `unauthenticated` when the metadata names none.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        let read = |name| request.metadata().get(name).and_then(|value| value.to_str().ok());
        let principal = read(USER_ID)
            .and_then(|text| text.parse().ok())
            .zip(read(SESSION_ID).and_then(|text| text.parse().ok()));
        let (user_id, session_id) = principal.ok_or_else(missing)?;
        Ok(Self { user_id, session_id })
    }

    /// Reads the user of a request that may be made for nobody.
    ///
    /// # Errors
    /// As [`Principal::of`], when the metadata names half a user or garbles one.
    pub fn find<T>(request: &Request<T>) -> Result<Option<Self>, Status> {
        let metadata = request.metadata();
        match metadata.contains_key(USER_ID) || metadata.contains_key(SESSION_ID) {
            true => Self::of(request).map(Some),
            false => Ok(None),
        }
    }

    /// Reads the user of a frame in a stream.
    ///
    /// # Errors
    /// `unauthenticated` when the frame names none.
    pub fn from_message(message: Option<&proto::Principal>) -> Result<Self, Failure> {
        let parse = |message: &proto::Principal| {
            Some((message.user_id.parse().ok()?, message.session_id.parse().ok()?))
        };
        let (user_id, session_id) = message.and_then(parse).ok_or_else(missing)?;
        Ok(Self { user_id, session_id })
    }

    /// The user as a message in a stream.
    #[must_use]
    pub fn to_message(&self) -> proto::Principal {
        proto::Principal { user_id: self.user_id.to_string(), session_id: self.session_id.to_string() }
    }
}

fn missing() -> Failure {
    Failure::new(
        Reason::Unauthenticated,
        format!("the call names no user; set the metadata {USER_ID} and {SESSION_ID}"),
    )
}

fn insert(metadata: &mut MetadataMap, name: &'static str, value: &str) {
    // A UUID in text is always ASCII.
    if let Ok(value) = MetadataValue::<Ascii>::try_from(value) {
        metadata.insert(name, value);
    }
}
