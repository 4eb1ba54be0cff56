//! The service with all it needs, run in this process, and the people who use it through its door.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_events::{Bus, Publisher, Subscription, streams, subjects};
use pulse_proto::graph::v1::get_user_request::By;
use pulse_proto::graph::v1::social_graph_service_client::SocialGraphServiceClient;
use pulse_proto::graph::v1::*;
use pulse_rpc::{Connection, Failure, Principal, ServiceName};
use pulse_runtime::{Check, Reader, Readiness, Shutdown};
use pulse_social_graph::Listeners;
use pulse_social_graph::config::Settings;
use pulse_testkit::{Nats, TestDatabase, TestIdentities, eventually, free_listener};
use pulse_types::{Clock as _, SessionId, SystemClock, UserId};
use tokio::task::JoinHandle;

use crate::neighbour::Neighbour;

/// How long a test waits for what must happen soon.
pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) type Client = SocialGraphServiceClient<Connection>;

/// A running service; stopped when dropped.
pub(crate) struct Door {
    pub(crate) database: TestDatabase,
    pub(crate) nats: Nats,
    pub(crate) neighbour: Neighbour,
    pub(crate) client: Client,
    pub(crate) bus: Bus,
    identities: TestIdentities,
    addr: String,
    shutdown: Shutdown,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Door {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let database = TestDatabase::create(&sqlx::migrate!("./migrations")).await?;
        let nats = Nats::start().await?;
        let neighbour = Neighbour::start().await?;
        let identities = TestIdentities::generate()?;
        let bus = Bus::connect(nats.url(), "test", some_check()).await?;
        let (addr, shutdown, running) = start(&database, &nats, &neighbour, &identities).await?;
        let client = client(&addr, &identities, ServiceName::Gateway)?;
        let door = Self { database, nats, neighbour, client, bus, identities, addr, shutdown, running };
        door.wait_until_ready().await?;
        Ok(door)
    }

    /// Ends the service as SIGTERM does, and starts it on the same database.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        self.shutdown.begin();
        (&mut self.running).await??;
        let started = start(&self.database, &self.nats, &self.neighbour, &self.identities).await?;
        (self.addr, self.shutdown, self.running) = started;
        self.client = client(&self.addr, &self.identities, ServiceName::Gateway)?;
        self.wait_until_ready().await
    }

    /// A client that calls as this service.
    pub(crate) fn client_of(&self, name: ServiceName) -> anyhow::Result<Client> {
        client(&self.addr, &self.identities, name)
    }

    /// The wire of such a client.
    pub(crate) fn connection_of(&self, name: ServiceName) -> anyhow::Result<Connection> {
        connection(&self.addr, &self.identities, name)
    }

    /// Makes somebody's profile.
    pub(crate) async fn person(&self, username: &str) -> anyhow::Result<Person> {
        self.person_called(username, "").await
    }

    /// The same with a display name.
    pub(crate) async fn person_called(&self, username: &str, display_name: &str) -> anyhow::Result<Person> {
        let user_id = UserId::new(&SystemClock);
        let mut auth = self.client_of(ServiceName::Auth)?;
        auth.create_profile(new_profile(user_id, username, display_name)).await?;
        let principal = Principal { user_id, session_id: SessionId::new(&SystemClock) };
        let wire = self.connection_of(ServiceName::Gateway)?;
        Ok(Person { principal, client: self.client.clone(), wire })
    }

    /// Two people who follow one another.
    pub(crate) async fn connected_people(&self) -> anyhow::Result<(Person, Person)> {
        let (ada, bob) = (self.person("ada").await?, self.person("bob").await?);
        ada.follow(&bob).await?;
        bob.follow(&ada).await?;
        Ok((ada, bob))
    }

    /// What is published for a person from now on: nothing that happened before this call comes later.
    pub(crate) async fn inbox(&self, person: &Person) -> anyhow::Result<Subscription> {
        eventually(SOON, || async {
            (self.count("select count(*) from outbox").await.ok()? == 0).then_some(())
        })
        .await?;
        Ok(self.bus.subscribe(subjects::user(person.id())).await?)
    }

    /// Publishes to the stream of auth, which is made if needed.
    pub(crate) async fn auth_publisher(&self) -> anyhow::Result<Publisher> {
        eventually(SOON, || async { streams::ensure(&self.bus, streams::AUTH).await.ok() }).await?;
        Ok(Publisher::new(self.bus.clone()))
    }

    /// Changes a choice of a person, for which there is no call yet.
    pub(crate) async fn choose(&self, person: &Person, sql: &'static str) -> anyhow::Result<()> {
        let pool = self.database.pool().await?;
        sqlx::query(sql).bind(person.id().as_uuid()).execute(&pool).await?;
        Ok(())
    }

    /// Rows in a table.
    pub(crate) async fn count(&self, sql: &'static str) -> anyhow::Result<i64> {
        let pool = self.database.pool().await?;
        Ok(sqlx::query_scalar(sql).fetch_one(&pool).await?)
    }

    async fn wait_until_ready(&self) -> anyhow::Result<()> {
        let nobody =
            Principal { user_id: UserId::new(&SystemClock), session_id: SessionId::new(&SystemClock) };
        eventually(SOON, || async {
            let asked =
                self.client.clone().list_connections(nobody.request(ListConnectionsRequest::default())).await;
            asked.ok()
        })
        .await?;
        Ok(())
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.shutdown.begin();
        self.running.abort();
    }
}

/// Somebody, and what they do.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) principal: Principal,
    client: Client,
    wire: Connection,
}

impl Person {
    pub(crate) fn id(&self) -> UserId {
        self.principal.user_id
    }

    pub(crate) async fn follow(&self, other: &Person) -> Result<Relationship, Failure> {
        self.follow_id(&other.id().to_string()).await
    }

    pub(crate) async fn follow_id(&self, user_id: &str) -> Result<Relationship, Failure> {
        let request = self.principal.request(FollowRequest { user_id: user_id.to_owned() });
        let answer = self.client.clone().follow(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().relationship.unwrap())
    }

    pub(crate) async fn unfollow(&self, other: &Person) -> Result<Relationship, Failure> {
        let request = self.principal.request(UnfollowRequest { user_id: other.id().to_string() });
        let answer = self.client.clone().unfollow(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().relationship.unwrap())
    }

    pub(crate) async fn accept(&self, request_id: &str, follow_back: bool) -> Result<Relationship, Failure> {
        let message = AcceptFollowRequestRequest { request_id: request_id.to_owned(), follow_back };
        let request = self.principal.request(message);
        let answer =
            self.client.clone().accept_follow_request(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().relationship.unwrap())
    }

    pub(crate) async fn decline(&self, request_id: &str) -> Result<(), Failure> {
        let request =
            self.principal.request(DeclineFollowRequestRequest { request_id: request_id.to_owned() });
        self.client.clone().decline_follow_request(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    pub(crate) async fn requests(
        &self,
        direction: FollowDirection,
        page: pulse_proto::common::v1::PageRequest,
    ) -> Result<ListFollowRequestsResponse, Failure> {
        let message = ListFollowRequestsRequest { direction: direction.into(), page: Some(page) };
        let answer = self.client.clone().list_follow_requests(self.principal.request(message)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    /// The only request that waits for this person.
    pub(crate) async fn only_request(&self) -> FollowRequestEntry {
        let mut listed = self.requests(FollowDirection::Incoming, <_>::default()).await.unwrap().requests;
        assert_eq!(listed.len(), 1, "{listed:?}");
        listed.remove(0)
    }

    pub(crate) async fn connections(
        &self,
        page: pulse_proto::common::v1::PageRequest,
    ) -> Result<ListConnectionsResponse, Failure> {
        let request = self.principal.request(ListConnectionsRequest { page: Some(page) });
        let answer = self.client.clone().list_connections(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    pub(crate) async fn search(
        &self,
        query: &str,
        page: pulse_proto::common::v1::PageRequest,
    ) -> Result<SearchUsersResponse, Failure> {
        let request =
            self.principal.request(SearchUsersRequest { query: query.to_owned(), page: Some(page) });
        let answer = self.client.clone().search_users(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    pub(crate) async fn look_up(&self, by: By) -> Result<User, Failure> {
        let request = self.principal.request(GetUserRequest { by: Some(by) });
        let answer = self.client.clone().get_user(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().user.unwrap())
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The wire to the service, for its other clients.
    pub(crate) fn wire(&self) -> Connection {
        self.wire.clone()
    }

    /// What is between this person and another one.
    pub(crate) async fn relationship_to(&self, other: &Person) -> Relationship {
        self.look_up(By::UserId(other.id().to_string())).await.unwrap().relationship.unwrap()
    }

    pub(crate) async fn own_profile(&self) -> Result<GetOwnProfileResponse, Failure> {
        let answer =
            self.client.clone().get_own_profile(self.principal.request(GetOwnProfileRequest {})).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }
}

pub(crate) fn new_profile(user_id: UserId, username: &str, display_name: &str) -> CreateProfileRequest {
    let seconds = SystemClock.now().unix_timestamp();
    CreateProfileRequest {
        user_id: user_id.to_string(),
        username: username.to_owned(),
        display_name: display_name.to_owned(),
        created_at: Some(prost_types::Timestamp { seconds, nanos: 123_456_789 }),
    }
}

/// A relationship in words: `following/followed_by`.
pub(crate) fn words(relationship: &Relationship) -> String {
    let word = |state: FollowState| state.as_str_name().trim_start_matches("FOLLOW_STATE_").to_lowercase();
    assert!(!relationship.blocking && !relationship.muting);
    let both = relationship.following() == FollowState::Accepted
        && relationship.followed_by() == FollowState::Accepted;
    assert_eq!(relationship.connected, both);
    format!("{}/{}", word(relationship.following()), word(relationship.followed_by()))
}

/// Items of a page, and from where.
pub(crate) fn page(limit: u32, cursor: &str) -> pulse_proto::common::v1::PageRequest {
    pulse_proto::common::v1::PageRequest { limit, cursor: cursor.to_owned() }
}

async fn start(
    database: &TestDatabase,
    nats: &Nats,
    neighbour: &Neighbour,
    identities: &TestIdentities,
) -> anyhow::Result<(String, Shutdown, JoinHandle<anyhow::Result<()>>)> {
    let listeners = Listeners { grpc: free_listener().await?, admin: free_listener().await? };
    let addr = listeners.grpc.local_addr()?.to_string();
    let mut reader = Reader::from_pairs([
        ("PULSE_GRAPH_LISTEN", addr.clone()),
        ("PULSE_GRAPH_ADMIN_LISTEN", listeners.admin.local_addr()?.to_string()),
        ("PULSE_GRAPH_DATABASE_URL", database.url().to_owned()),
        ("PULSE_GRAPH_NATS_URL", nats.url().to_owned()),
        ("PULSE_GRAPH_MESSAGE_STORE_ADDR", neighbour.addr().to_string()),
        ("PULSE_GRAPH_CURSOR_KEY", URL_SAFE_NO_PAD.encode([7; 32])),
        ("PULSE_SERVICE_KEY", identities.seed(ServiceName::SocialGraph)?.to_owned()),
        ("PULSE_SERVICE_CALLERS", identities.callers_text()),
    ]);
    let settings = Settings::read(&mut reader);
    let settings = reader.finish(|| settings)?;
    let shutdown = Shutdown::new(Duration::from_secs(5));
    let running = tokio::spawn(pulse_social_graph::run(settings, listeners, shutdown.clone()));
    Ok((addr, shutdown, running))
}

fn client(addr: &str, identities: &TestIdentities, name: ServiceName) -> anyhow::Result<Client> {
    connection(addr, identities, name).map(SocialGraphServiceClient::new)
}

fn connection(addr: &str, identities: &TestIdentities, name: ServiceName) -> anyhow::Result<Connection> {
    let endpoint = format!("http://{addr}").parse()?;
    let identity = Arc::clone(&identities.identity(name)?);
    Ok(pulse_rpc::connect(endpoint, ServiceName::SocialGraph, identity))
}

fn some_check() -> Check {
    Readiness::default().check("nats", false)
}
