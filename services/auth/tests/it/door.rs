//! Who may call, and what callers learn while the database is away.

use std::time::Duration;

use pulse_proto::auth::v1::{GetJwksRequest, LoginRequest};
use pulse_rpc::{Reason, ServiceName};
use pulse_testkit::{Proxy, TestDatabase, TestIdentities, eventually};

use crate::support::{Auth, MIGRATOR, PASSWORD, World, reason_of, registration, until_serving};

#[tokio::test]
async fn a_caller_that_is_not_on_the_list_is_refused() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let request =
        || LoginRequest { identifier: "ada".into(), password: PASSWORD.into(), ..LoginRequest::default() };
    let mut graph = auth.world.client(&auth.replica.endpoint, ServiceName::SocialGraph);
    assert_eq!(reason_of(graph.login(request()).await.unwrap_err()), Reason::Forbidden);
    graph.get_jwks(GetJwksRequest {}).await.unwrap();

    let strangers = World { identities: TestIdentities::generate().unwrap(), ..World::new(&auth.database) };
    let mut stranger = strangers.client(&auth.replica.endpoint, ServiceName::Gateway);
    assert_eq!(reason_of(stranger.login(request()).await.unwrap_err()), Reason::Unauthenticated);
}

#[tokio::test]
async fn while_the_database_is_away_callers_are_told_so_and_it_heals() {
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let target = database.url().rsplit('@').next().unwrap().split('/').next().unwrap().to_owned();
    let wire = Proxy::start(&target).await.unwrap();
    let mut world = World::new(&database);
    world.database_url = wire.url(database.url());
    wire.cut();
    let replica = world.spawn().await;
    wire.restore();
    until_serving(&replica).await;
    replica.client.clone().register(registration("ada")).await.unwrap();

    wire.cut();
    let mut client = replica.client.clone();
    let refused = client.register(registration("grace")).await.unwrap_err();
    assert_eq!(reason_of(refused), Reason::Unavailable);
    wire.restore();
    let again = || async { replica.client.clone().register(registration("grace")).await.ok() };
    eventually(Duration::from_secs(10), again).await.unwrap();
    replica.stop().await.unwrap();
}
