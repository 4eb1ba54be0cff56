//! How one signing key takes over from another without a token being refused, and how one is withdrawn.

use std::sync::Arc;
use std::time::Duration;

use pulse_events::{Bus, EventType, subjects};
use pulse_proto::auth::v1::operator_service_client::OperatorServiceClient;
use pulse_proto::auth::v1::{
    GetJwksRequest, ListSigningKeysRequest, RefreshRequest, RotateSigningKeyRequest, SigningKey,
    SigningKeyWithdrawn, WithdrawSigningKeyRequest,
};
use pulse_rpc::{Connection, Failure, Reason, ServiceName};
use pulse_runtime::Readiness;
use pulse_testkit::{FakeClock, Nats, TestDatabase, eventually};
use pulse_token::keys::Fetch;
use pulse_token::{InvalidToken, PublicKeys, Verifier};

use crate::support::{Client, MIGRATOR, PUBLIC_URL, Replica, World, registration, until_serving};

/// How long anybody may keep the published keys (contract section 3).
const JWKS_CACHE: Duration = Duration::from_secs(300);

/// Two replicas on one database.
struct Pair {
    world: World,
    replicas: [Replica; 2],
    database: TestDatabase,
}

impl Pair {
    async fn start_with(change: impl FnOnce(&mut World)) -> Self {
        let database = TestDatabase::create(&MIGRATOR).await.unwrap();
        let mut world = World::new(&database);
        change(&mut world);
        let replicas = [world.spawn().await, world.spawn().await];
        for replica in &replicas {
            until_serving(replica).await;
        }
        Self { world, replicas, database }
    }

    fn operator(&self, index: usize) -> OperatorServiceClient<Connection> {
        let endpoint = &self.replicas[index].endpoint;
        OperatorServiceClient::new(self.world.connection(endpoint, ServiceName::Operator))
    }

    async fn list(&self) -> Vec<SigningKey> {
        let answer = self.operator(1).list_signing_keys(ListSigningKeysRequest {}).await;
        answer.unwrap().into_inner().keys
    }

    async fn rotate(&self) -> Result<SigningKey, Failure> {
        let answer = self.operator(0).rotate_signing_key(RotateSigningKeyRequest {}).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().key.unwrap())
    }

    async fn withdraw(&self, key_id: &str) -> Result<SigningKey, Failure> {
        let request = WithdrawSigningKeyRequest { key_id: key_id.to_owned() };
        let answer = self.operator(0).withdraw_signing_key(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().signing.unwrap())
    }

    fn client(&self, index: usize) -> Client {
        self.replicas[index].client.clone()
    }

    /// `kid` of everything that a replica publishes.
    async fn published(&self, index: usize) -> Vec<String> {
        let document = jwks(&mut self.client(index)).await;
        let set: serde_json::Value = serde_json::from_str(&document).unwrap();
        set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }
}

async fn jwks(client: &mut Client) -> String {
    client.get_jwks(GetJwksRequest {}).await.unwrap().into_inner().jwks_json
}

/// Somebody who is signed in, and refreshes.
struct Device {
    refresh_token: String,
    access_token: String,
}

impl Device {
    async fn register(client: &mut Client, username: &str) -> Self {
        let grant = client.register(registration(username)).await.unwrap().into_inner().session.unwrap();
        Self { refresh_token: grant.refresh_token, access_token: grant.access_token }
    }

    async fn refresh(&mut self, client: &mut Client) {
        let request = RefreshRequest { refresh_token: self.refresh_token.clone(), ..Default::default() };
        let grant = client.refresh(request).await.unwrap().into_inner().session.unwrap();
        (self.refresh_token, self.access_token) = (grant.refresh_token, grant.access_token);
    }

    fn kid(&self) -> String {
        kid_of(&self.access_token)
    }
}

fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// Verifies by a document that it fetched up to five minutes ago, and looks for nothing else meanwhile.
struct Stranger {
    clock: FakeClock,
    fetched: Option<(time::OffsetDateTime, String)>,
}

impl Stranger {
    async fn verify(&mut self, client: &mut Client, token: &str) -> Result<(), InvalidToken> {
        use pulse_types::Clock as _;
        let now = self.clock.now();
        if self.fetched.as_ref().is_none_or(|(at, _)| now - *at >= JWKS_CACHE) {
            self.fetched = Some((now, jwks(client).await));
        }
        let document = self.fetched.as_ref().unwrap().1.clone();
        let source = move || -> Fetch {
            let document = document.clone();
            Box::pin(async move { Ok(document) })
        };
        let verifier = Verifier::new(PublicKeys::new(source), PUBLIC_URL, Arc::new(self.clock.clone()));
        verifier.verify(token).await.map(|_| ())
    }
}

#[tokio::test]
async fn while_keys_rotate_no_token_is_refused_by_whoever_keeps_the_keys_for_five_minutes() {
    let pair = Pair::start_with(|_| {}).await;
    let clock = &pair.world.clock;
    let mut device = Device::register(&mut pair.client(0), "ada").await;
    let old = device.kid();
    // Their documents are of different ages when the keys rotate.
    let mut strangers: Vec<Stranger> = Vec::new();
    let (mut tokens, mut new, mut rotated_after, mut took_over_after) = (Vec::new(), None, 0, None);
    for step in 0..130_u64 {
        let elapsed = step * 10;
        if step % 6 == 0 && strangers.len() < 5 {
            strangers.push(Stranger { clock: clock.clone(), fetched: None });
        }
        if step == 36 {
            new = Some(pair.rotate().await.unwrap().key_id);
            rotated_after = elapsed;
            // Both replicas know it from here on, as after a second of real time.
            assert_eq!(pair.published(0).await, pair.published(1).await);
        }
        device.refresh(&mut pair.client(usize::from(step % 2 == 0))).await;
        if took_over_after.is_none() && device.kid() != old {
            took_over_after = Some(elapsed - rotated_after);
        }
        tokens.push((elapsed + 300, device.access_token.clone()));
        tokens.retain(|(ends, _)| *ends > elapsed);
        for (_, token) in &tokens {
            for (index, stranger) in strangers.iter_mut().enumerate() {
                let verified = stranger.verify(&mut pair.client(index % 2), token).await;
                assert!(
                    verified.is_ok(),
                    "step {step}, stranger {index}, key {}: {verified:?}",
                    kid_of(token)
                );
            }
        }
        clock.advance(Duration::from_secs(10));
    }
    let new = new.unwrap();
    assert_eq!(device.kid(), new);
    assert_eq!(took_over_after, Some(330), "published for five and a half minutes before it signs");
    // The last token of the old key has ended.
    for index in 0..2 {
        let only_new = || async { (pair.published(index).await == [new.clone()]).then_some(()) };
        eventually(Duration::from_secs(10), only_new).await.unwrap();
    }
    let rows = "SELECT count(*) FROM signing_keys WHERE retired_at IS NOT NULL";
    let retired: i64 =
        sqlx::query_scalar(rows).fetch_one(&pair.database.pool().await.unwrap()).await.unwrap();
    assert_eq!(retired, 1);
}

#[tokio::test]
async fn a_rotation_is_listed_and_waits_for_the_one_before() {
    let pair = Pair::start_with(|_| {}).await;
    let first = pair.list().await;
    assert_eq!((first.len(), first[0].signing), (1, true));
    let new = pair.rotate().await.unwrap();
    assert!(!new.signing);
    assert_eq!(new.signs_from.unwrap().seconds - new.created_at.unwrap().seconds, 330);
    assert_eq!(pair.list().await, [new.clone(), first[0].clone()]);
    assert_eq!(pair.rotate().await.unwrap_err().reason, Reason::Conflict);
    pair.world.clock.advance(Duration::from_secs(330));
    let keys = pair.list().await;
    assert_eq!(keys.iter().map(|key| key.signing).collect::<Vec<_>>(), [true, false]);
    pair.rotate().await.unwrap();
    assert_eq!(pair.list().await.len(), 3);

    let endpoint = &pair.replicas[0].endpoint;
    let mut gateway = OperatorServiceClient::new(pair.world.connection(endpoint, ServiceName::Gateway));
    let refused = gateway.rotate_signing_key(RotateSigningKeyRequest {}).await.unwrap_err();
    assert_eq!(Failure::from_status(refused).reason, Reason::Forbidden);
}

#[tokio::test]
async fn a_withdrawn_key_verifies_nothing_and_the_sessions_go_on_with_another() {
    let nats = Nats::start().await.unwrap();
    let pair = Pair::start_with(|world| world.nats_url = nats.url().to_owned()).await;
    let bus = Bus::connect(nats.url(), "test", Readiness::default().check("nats", true)).await.unwrap();
    let mut told = bus.subscribe(subjects::SIGNING_KEY_WITHDRAWN.to_owned()).await.unwrap();
    let mut device = Device::register(&mut pair.client(1), "ada").await;
    let (old, old_token) = (device.kid(), device.access_token.clone());
    let signing = pair.withdraw(&old).await.unwrap();
    assert!(signing.signing && signing.key_id != old);

    let event = tokio::time::timeout(Duration::from_secs(10), told.next()).await.unwrap().unwrap();
    assert_eq!(event.event_type, EventType::SigningKeyWithdrawn);
    assert_eq!(event.decode::<SigningKeyWithdrawn>().unwrap().key_id, old);
    // Whoever asks now is told the truth, by either replica.
    for index in 0..2 {
        assert_eq!(pair.published(index).await, std::slice::from_ref(&signing.key_id));
    }
    let mut verifier = Stranger { clock: pair.world.clock.clone(), fetched: None };
    let refused = verifier.verify(&mut pair.client(0), &old_token).await;
    assert!(matches!(refused, Err(InvalidToken::Garbled)), "{refused:?}");
    for index in 0..2 {
        device.refresh(&mut pair.client(index)).await;
        assert_eq!(device.kid(), signing.key_id);
        verifier.verify(&mut pair.client(0), &device.access_token).await.unwrap();
    }
    for gone in [old.as_str(), "no-id"] {
        assert_eq!(pair.withdraw(gone).await.unwrap_err().reason, Reason::NotFound);
    }
    let pool = pair.database.pool().await.unwrap();
    let events: Vec<String> =
        sqlx::query_scalar("SELECT event FROM audit_log WHERE event LIKE 'signing_key.%' ORDER BY position")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(events, ["signing_key.withdrawn"]);
}

#[tokio::test]
async fn a_replica_that_heard_nothing_follows_a_withdrawal_by_itself() {
    let pair = Pair::start_with(|_| {}).await;
    let mut device = Device::register(&mut pair.client(1), "ada").await;
    let signing = pair.withdraw(&device.kid()).await.unwrap();
    // Only this replica is asked, and never for its keys.
    for _ in 0..100 {
        device.refresh(&mut pair.client(1)).await;
        if device.kid() == signing.key_id {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it still signs with the withdrawn key");
}

#[tokio::test]
async fn when_the_signer_is_withdrawn_the_key_that_waits_begins() {
    let pair = Pair::start_with(|_| {}).await;
    let old = pair.list().await.remove(0).key_id;
    let waiting = pair.rotate().await.unwrap();
    let signing = pair.withdraw(&old).await.unwrap();
    assert_eq!((signing.key_id.as_str(), signing.signing), (waiting.key_id.as_str(), true));
    assert_eq!(Device::register(&mut pair.client(0), "ada").await.kid(), waiting.key_id);

    // One that waits is withdrawn without a change of the signer.
    let next = pair.rotate().await.unwrap();
    assert_eq!(pair.withdraw(&next.key_id).await.unwrap().key_id, waiting.key_id);
    assert_eq!(pair.list().await.len(), 1);
}

#[tokio::test]
async fn keys_rotate_by_themselves_once_however_many_replicas_run() {
    let days = vec![("PULSE_AUTH_KEY_ROTATION_DAYS", "1".to_owned())];
    let pair = Pair::start_with(|world| world.settings = days).await;
    assert_eq!(pair.list().await.len(), 1);
    pair.world.clock.advance(Duration::from_secs(24 * 3600));
    let two = || async { (pair.list().await.len() == 2).then_some(()) };
    eventually(Duration::from_secs(10), two).await.unwrap();
    pair.world.clock.advance(Duration::from_secs(330));
    let keys = pair.list().await;
    assert_eq!(keys.iter().map(|key| key.signing).collect::<Vec<_>>(), [true, false]);
}
