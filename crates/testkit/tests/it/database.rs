//! Databases: fresh, migrated, apart, gone.

use pulse_testkit::TestDatabase;
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, PgConnection};

static MIGRATOR: Migrator = sqlx::migrate!("tests/it/migrations");

#[tokio::test]
async fn each_database_is_migrated_empty_and_its_own() {
    let (first, second) = tokio::join!(TestDatabase::create(&MIGRATOR), TestDatabase::create(&MIGRATOR));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_ne!(first.url(), second.url());
    let pool = first.pool().await.unwrap();
    sqlx::query("INSERT INTO notes VALUES (1, 'one')").execute(&pool).await.unwrap();
    let other = second.pool().await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(&other).await.unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_dropped_database_is_gone_although_a_session_was_open() {
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let url = database.url().to_owned();
    let _open = database.pool().await.unwrap();
    drop(database);
    assert!(PgConnection::connect(&url).await.is_err());
}

#[tokio::test]
async fn a_server_of_its_own_can_be_stopped_and_keeps_what_was_committed() {
    let mut database = TestDatabase::create_with_server(&MIGRATOR).await.unwrap();
    let pool = database.pool().await.unwrap();
    sqlx::query("INSERT INTO notes VALUES (1, 'one')").execute(&pool).await.unwrap();
    let server = database.server_mut().unwrap();
    server.restart().await.unwrap();
    let body: String = sqlx::query_scalar("SELECT body FROM notes").fetch_one(&pool).await.unwrap();
    assert_eq!(body, "one");
    database.server_mut().unwrap().stop().await;
    assert!(PgConnection::connect(database.url()).await.is_err());
}
