//! Who may call what.

use pulse_proto::graph::v1::{FollowRequest, GetOwnProfileRequest};
use pulse_rpc::{Failure, Reason, ServiceName};
use pulse_types::{SystemClock, UserId};

use crate::door::{Door, new_profile};

#[tokio::test]
async fn services_that_are_not_on_a_methods_list_are_refused() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for stranger in [ServiceName::Gateway, ServiceName::MessageStore, ServiceName::SocialGraph] {
        let mut client = door.client_of(stranger).unwrap();
        let refused =
            client.create_profile(new_profile(UserId::new(&SystemClock), "eve", "")).await.unwrap_err();
        assert_eq!(Failure::from_status(refused).reason, Reason::Forbidden, "{stranger}");
    }
    for stranger in [ServiceName::Auth, ServiceName::MessageStore] {
        let mut client = door.client_of(stranger).unwrap();
        let refused =
            client.get_own_profile(ada.principal.request(GetOwnProfileRequest {})).await.unwrap_err();
        assert_eq!(Failure::from_status(refused).reason, Reason::Forbidden, "{stranger}");
    }
    let mut operator = door.client_of(ServiceName::Operator).unwrap();
    operator.get_own_profile(ada.principal.request(GetOwnProfileRequest {})).await.unwrap();
}

#[tokio::test]
async fn a_call_for_nobody_is_unauthenticated() {
    let door = Door::open().await.unwrap();
    let refused = door.client.clone().follow(FollowRequest::default()).await.unwrap_err();
    assert_eq!(Failure::from_status(refused).reason, Reason::Unauthenticated);
}
