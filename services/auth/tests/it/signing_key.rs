//! The keys that sign access tokens.

use std::sync::Arc;
use std::time::Duration;

use pulse_proto::auth::v1::GetJwksRequest;
use pulse_testkit::TestDatabase;
use pulse_token::keys::Fetch;
use pulse_token::{FetchError, InvalidToken, PublicKeys, Verifier};
use sqlx::migrate::Migrator;

use crate::support::{Auth, MIGRATOR, PUBLIC_URL, World, account, until_serving};

#[tokio::test]
async fn access_tokens_verify_with_nothing_but_the_published_keys() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let client = auth.client();
    let source = move || -> Fetch {
        let mut client = client.clone();
        Box::pin(async move {
            let answer =
                client.get_jwks(GetJwksRequest {}).await.map_err(|status| FetchError(status.into()))?;
            Ok(answer.into_inner().jwks_json)
        })
    };
    let verifier = Verifier::new(PublicKeys::new(source), PUBLIC_URL, Arc::new(auth.world.clock.clone()));
    let claims = verifier.verify(&grant.access_token).await.unwrap();
    assert_eq!(claims.sub.to_string(), account(&grant).user_id);
    assert_eq!(claims.sid.to_string(), grant.session_id);
    assert_eq!((claims.iss.as_str(), claims.aud.as_str()), (PUBLIC_URL, "pulsechat"));
    assert_eq!(claims.exp - claims.iat, 300);
    assert!(claims.roles.is_empty() && !claims.jti.is_empty());

    let pool = auth.pool().await;
    sqlx::query("UPDATE accounts SET roles = '{operator}'").execute(&pool).await.unwrap();
    let grant = auth.refresh(&grant.refresh_token).await.unwrap();
    assert_eq!(
        verifier.verify(&grant.access_token).await.unwrap().roles,
        ["operator"],
        "from the next refresh on"
    );
    auth.world.clock.advance(Duration::from_secs(300));
    let expired = verifier.verify(&grant.access_token).await;
    assert!(matches!(expired, Err(InvalidToken::Expired)), "{expired:?}");
}

#[tokio::test]
async fn replicas_that_start_at_once_on_an_empty_database_agree_on_one_key() {
    let database = TestDatabase::create(&Migrator::with_migrations(Vec::new())).await.unwrap();
    let world = World::new(&database);
    let replicas = [world.spawn().await, world.spawn().await, world.spawn().await];
    let mut documents = Vec::new();
    for replica in &replicas {
        documents.push(until_serving(replica).await);
    }
    documents.dedup();
    assert_eq!(documents.len(), 1, "{documents:?}");
    let set: serde_json::Value = serde_json::from_str(&documents[0]).unwrap();
    assert_eq!(set["keys"].as_array().map(Vec::len), Some(1));
    for replica in replicas {
        replica.stop().await.unwrap();
    }
}

#[tokio::test]
async fn with_another_sealing_key_it_says_so_and_does_not_start() {
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let mut world = World::new(&database);
    let first = world.spawn().await;
    until_serving(&first).await;
    first.stop().await.unwrap();
    let other_key = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    world.settings = vec![("PULSE_AUTH_SEALING_KEY", other_key)];
    let error = world.spawn().await.outcome().await.unwrap_err();
    assert!(
        format!("{error:#}").contains("PULSE_AUTH_SEALING_KEY does not open the signing key"),
        "{error:#}"
    );
}
