//! A data folder behind a folder that only we may enter, as in a home with mode 700.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use pulse_launcher::account::Account;
use pulse_launcher::scratch::Scratch;
use pulse_launcher::servers::postgres;
use pulse_launcher::with_servers::test_settings;

#[tokio::test]
async fn data_behind_a_closed_folder_are_kept_and_go_with_it() {
    let scratch = Scratch::new("closed").unwrap();
    let closed = scratch.path().join("home");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    let mut settings = test_settings(&scratch).unwrap();
    settings.folder = closed.join("data/postgres");

    let first = postgres::prepare(&settings).await.unwrap();
    let moved = !first.spec.folder.starts_with(&closed);
    // Only root starts it under another account.
    assert_eq!(moved, Account::for_servers().unwrap().is_some());
    let mark = first.spec.folder.join("cluster/mark");
    std::fs::write(&mark, b"").unwrap();
    let second = postgres::prepare(&settings).await.unwrap();
    assert_eq!(second.spec.folder, first.spec.folder);
    assert!(mark.exists(), "a second start finds the data of the first");

    std::fs::remove_dir_all(closed.join("data")).unwrap();
    postgres::prepare(&settings).await.unwrap();
    assert!(!mark.exists(), "who removed the data folder begins anew");
    if moved {
        std::fs::remove_dir_all(&first.spec.folder).unwrap();
    }
}
