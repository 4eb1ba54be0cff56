//! Profiles: made once, looked up by id and name.

use pulse_proto::graph::v1::get_user_request::By;
use pulse_rpc::{Failure, Reason, ServiceName};
use pulse_types::{SystemClock, UserId};

use crate::door::{Door, new_profile, words};

#[tokio::test]
async fn a_profile_is_made_once_with_default_settings() {
    let door = Door::open().await.unwrap();
    let mut auth = door.client_of(ServiceName::Auth).unwrap();
    let user_id = UserId::new(&SystemClock);
    auth.create_profile(new_profile(user_id, "Ada.L", " Ada Lovelace ")).await.unwrap();
    auth.create_profile(new_profile(user_id, "Ada.L", "Somebody Else")).await.unwrap();
    let ada = door.person("bob").await.unwrap().look_up(By::UserId(user_id.to_string())).await.unwrap();
    assert_eq!((ada.username.as_str(), ada.display_name.as_str()), ("ada.l", "Ada Lovelace"));
    assert_eq!(ada.created_at.unwrap().nanos, 123_000_000, "milliseconds");

    let bob = door.person_called("bob2", "").await.unwrap();
    let own = bob.own_profile().await.unwrap();
    let user = own.user.unwrap();
    assert_eq!((user.display_name.as_str(), user.relationship), ("bob2", None));
    let settings = own.settings.unwrap();
    assert!(
        settings.discoverable
            && settings.approve_follows
            && settings.send_read_receipts
            && settings.send_typing
    );
    let chosen = [
        settings.who_can_follow,
        settings.show_presence,
        settings.show_last_seen,
        settings.notification_level,
        settings.theme,
        settings.locale,
    ];
    assert_eq!(chosen, ["everyone", "connections", "connections", "all", "system", "en"]);
}

#[tokio::test]
async fn fifty_calls_at_once_make_one_profile() {
    let door = Door::open().await.unwrap();
    let auth = door.client_of(ServiceName::Auth).unwrap();
    let user_id = UserId::new(&SystemClock);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let mut auth = auth.clone();
            tokio::spawn(async move { auth.create_profile(new_profile(user_id, "ada", "")).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(door.count("SELECT count(*) FROM profiles").await.unwrap(), 1);
    assert_eq!(door.neighbour.people().len(), 1);
}

#[tokio::test]
async fn a_username_belongs_to_one_person_in_any_case() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let mut auth = door.client_of(ServiceName::Auth).unwrap();
    let refused = auth.create_profile(new_profile(UserId::new(&SystemClock), "ADA", "")).await.unwrap_err();
    let failure = Failure::from_status(refused);
    assert_eq!(failure.reason, Reason::UsernameTaken);
    assert_eq!(failure.fields[0].code, "taken");

    let bob = door.person("bob").await.unwrap();
    for name in ["ada", "Ada", "ADA"] {
        let found = bob.look_up(By::Username(name.to_owned())).await.unwrap();
        assert_eq!(found.user_id, ada.id().to_string());
        assert_eq!(words(&found.relationship.unwrap()), "none/none");
    }
    assert_eq!(ada.look_up(By::Username("ada".to_owned())).await.unwrap().relationship, None, "oneself");
}

#[tokio::test]
async fn what_is_not_valid_or_not_there_is_said() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let nobody = UserId::new(&SystemClock).to_string();
    assert_eq!(ada.look_up(By::UserId(nobody)).await.unwrap_err().reason, Reason::NotFound);
    for nobody in ["nobody", "", "\0", "ada\0"] {
        let failure = ada.look_up(By::Username(nobody.to_owned())).await.unwrap_err();
        assert_eq!(failure.reason, Reason::NotFound, "{nobody:?}");
    }
    let garbled = ada.look_up(By::UserId("7".to_owned())).await.unwrap_err();
    assert_eq!((garbled.reason, garbled.fields[0].field.as_str()), (Reason::ValidationFailed, "user_id"));

    let mut auth = door.client_of(ServiceName::Auth).unwrap();
    for (username, display_name, field) in
        [("a", "", "username"), ("a b c", "", "username"), ("abc", &*"x".repeat(65), "display_name")]
    {
        let refused =
            auth.create_profile(new_profile(UserId::new(&SystemClock), username, display_name)).await;
        let failure = Failure::from_status(refused.unwrap_err());
        assert_eq!((failure.reason, failure.fields[0].field.as_str()), (Reason::ValidationFailed, field));
    }
}
