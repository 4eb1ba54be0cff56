//! Choices that others keep, and one's picture.

use pulse_proto::graph::v1::{RelationshipUpdated, SettingsPatch, UpdateOwnProfileRequest};
use tokio::time::timeout;

use crate::door::{Door, SOON};

#[tokio::test]
async fn message_store_is_told_of_the_choices_that_it_keeps_and_of_no_others() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let mut of_bob = door.inbox(&bob).await.unwrap();
    let choose = |settings| UpdateOwnProfileRequest { settings: Some(settings), ..Default::default() };
    let quiet = SettingsPatch { send_read_receipts: Some(false), ..Default::default() };
    door.update(&ada, choose(quiet)).await.unwrap();
    let german = SettingsPatch { locale: Some("de".to_owned()), ..Default::default() };
    door.update(&ada, choose(german)).await.unwrap();
    let hidden = SettingsPatch { show_presence: Some("nobody".to_owned()), ..Default::default() };
    door.update(&ada, choose(hidden)).await.unwrap();
    let dark = SettingsPatch { theme: Some("dark".to_owned()), ..Default::default() };
    door.update(&ada, choose(dark)).await.unwrap();
    let told: Vec<_> = door
        .neighbour
        .people()
        .into_iter()
        .filter(|told| told.person.as_ref().unwrap().username == "ada")
        .map(|told| (told.version, told.sends_read_receipts, told.locale, told.shows_presence))
        .collect();
    let expected =
        [(1, true, "en", true), (2, false, "en", true), (3, false, "de", true), (4, false, "de", false)]
            .map(|(version, reads, locale, presence)| (version, reads, locale.to_owned(), presence));
    assert_eq!(told, expected);
    assert!(timeout(std::time::Duration::from_millis(200), of_bob.next()).await.is_err());

    let url = "https://chat.example/pictures/1".to_owned();
    let picture = UpdateOwnProfileRequest { avatar_url: Some(url.clone()), ..Default::default() };
    assert_eq!(door.update(&ada, picture).await.unwrap().user.unwrap().avatar_url, url);
    let told: RelationshipUpdated = timeout(SOON, of_bob.next()).await.unwrap().unwrap().decode().unwrap();
    assert_eq!(told.user.unwrap().avatar_url, url);
    assert_eq!(door.neighbour.people().pop().unwrap().person.unwrap().avatar_url, url);
}
