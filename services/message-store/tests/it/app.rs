//! A running service of the test's own, and what every test does with it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use pulse_events::{Bus, Subscription, subjects};
use pulse_message_store::Listeners;
use pulse_message_store::config::Settings;
use pulse_message_store::store::MIGRATOR;
use pulse_proto::common::v1::Person;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::attachment_service_client::AttachmentServiceClient;
use pulse_proto::messages::v1::conversation_service_client::ConversationServiceClient;
use pulse_proto::messages::v1::message_service_client::MessageServiceClient;
use pulse_proto::messages::v1::message_store_service_client::MessageStoreServiceClient;
use pulse_proto::messages::v1::privacy_service_client::PrivacyServiceClient;
use pulse_rpc::{Connection, Failure, Identity, Principal, ServiceName};
use pulse_runtime::{Reader, Readiness, Shutdown};
use pulse_testkit::{Nats, TestDatabase, TestIdentities, eventually, free_listener};
use pulse_types::{Clock, SessionId, SystemClock, UserId};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;
use tonic::{Request, Response, Status};
use uuid::Uuid;

pub(crate) type Client = MessageStoreServiceClient<Connection>;

/// How long a test waits for what must happen soon.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// What a test may choose.
#[derive(Default)]
pub(crate) struct Options {
    /// Another address of the database than its own, as a proxy's.
    pub(crate) database_url: Option<String>,
    /// Another clock than the machine's.
    pub(crate) clock: Option<Arc<dyn Clock>>,
    /// Further settings.
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// Where people would find the service.
pub(crate) const PUBLIC_URL: &str = "https://chat.example";

pub(crate) struct App {
    pub(crate) nats: Nats,
    pub(crate) pool: PgPool,
    pub(crate) client: Client,
    /// The gateway's way to the service, for clients of its other parts.
    pub(crate) gateway: Connection,
    pub(crate) graph: Client,
    /// Social-graph's way, for clients of other parts.
    pub(crate) social_graph: Connection,
    pub(crate) conversations: ConversationServiceClient<Connection>,
    pub(crate) messages: MessageServiceClient<Connection>,
    /// Calls as auth.
    pub(crate) privacy: PrivacyServiceClient<Connection>,
    /// Where files are kept, unless the settings say something else.
    pub(crate) folder: tempfile::TempDir,
    pub(crate) files: AttachmentServiceClient<Connection>,
    pub(crate) shutdown: Shutdown,
    pub(crate) admin: String,
    pub(crate) database: TestDatabase,
}

impl App {
    pub(crate) async fn start() -> Self {
        let database = TestDatabase::create(&MIGRATOR).await.unwrap();
        Self::start_with(database, Options::default()).await
    }

    pub(crate) async fn start_with(database: TestDatabase, options: Options) -> Self {
        let app = Self::start_unready(database, options).await;
        app.ready().await;
        app
    }

    /// One that may miss something.
    pub(crate) async fn start_unready(database: TestDatabase, options: Options) -> Self {
        let nats = Nats::start().await.unwrap();
        let identities = TestIdentities::generate().unwrap();
        let url = options.database_url.unwrap_or_else(|| database.url().to_owned());
        let mut pairs = vec![
            ("PULSE_MESSAGES_DATABASE_URL", url),
            ("PULSE_MESSAGES_NATS_URL", nats.url().to_owned()),
            ("PULSE_MESSAGES_CURSOR_KEY", "A".repeat(43)),
            ("PULSE_MESSAGES_FILE_KEY", "A".repeat(43)),
            ("PULSE_PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("PULSE_SERVICE_KEY", identities.seed(ServiceName::MessageStore).unwrap().to_owned()),
            ("PULSE_SERVICE_CALLERS", identities.callers_text()),
        ];
        pairs.extend(options.settings);
        let folder = tempfile::tempdir().unwrap();
        if !pairs.iter().any(|(name, _)| *name == "PULSE_MESSAGES_S3_BUCKET") {
            pairs.push(("PULSE_MESSAGES_FILE_DIR", folder.path().display().to_string()));
        }
        let mut read = Reader::from_pairs(pairs);
        let settings = Settings::read(&mut read);
        let settings = read.finish(|| settings).unwrap();

        let listeners =
            Listeners { grpc: free_listener().await.unwrap(), admin: free_listener().await.unwrap() };
        let address = listeners.grpc.local_addr().unwrap();
        let admin = listeners.admin.local_addr().unwrap().to_string();
        let shutdown = Shutdown::new(Duration::from_secs(10));
        let clock = options.clock.unwrap_or_else(|| Arc::new(SystemClock));
        tokio::spawn(pulse_message_store::run_by(clock, settings, listeners, shutdown.clone()));
        let wire = |name: ServiceName| {
            let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
            let identity: Arc<Identity> = identities.identity(name).unwrap();
            pulse_rpc::connect(endpoint, ServiceName::MessageStore, identity)
        };
        Self {
            pool: database.pool().await.unwrap(),
            client: MessageStoreServiceClient::new(wire(ServiceName::Gateway)),
            gateway: wire(ServiceName::Gateway),
            graph: MessageStoreServiceClient::new(wire(ServiceName::SocialGraph)),
            social_graph: wire(ServiceName::SocialGraph),
            conversations: ConversationServiceClient::new(wire(ServiceName::Gateway)),
            messages: MessageServiceClient::new(wire(ServiceName::Gateway)),
            privacy: PrivacyServiceClient::new(wire(ServiceName::Auth)),
            files: AttachmentServiceClient::new(wire(ServiceName::Gateway)),
            folder,
            nats,
            shutdown,
            admin,
            database,
        }
    }

    async fn ready(&self) {
        let degraded = "degraded: \n";
        let all_up =
            || async { self.admin_page("/readyz").await.ok().filter(|page| page.contains(degraded)) };
        eventually(SOON, all_up).await.unwrap();
    }

    /// A page of the admin port.
    pub(crate) async fn admin_page(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(&self.admin).await?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await?;
        let mut page = String::new();
        stream.read_to_string(&mut page).await?;
        Ok(page)
    }

    /// The value of a metric without labels; 0 before it is counted.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let page = self.admin_page("/metrics").await.unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Somebody new, known to the service.
    pub(crate) async fn person(&self, username: &str) -> Principal {
        let principal =
            Principal { user_id: UserId::new(&SystemClock), session_id: SessionId::new(&SystemClock) };
        self.apply_person(principal.user_id, username, 1).await;
        principal
    }

    pub(crate) async fn apply_person(&self, user_id: UserId, username: &str, version: i64) {
        let person = Person {
            user_id: user_id.to_string(),
            username: username.to_owned(),
            display_name: username.to_uppercase(),
            avatar_url: String::new(),
        };
        let request = proto::ApplyPersonRequest {
            person: Some(person),
            version,
            sends_read_receipts: true,
            locale: "en".to_owned(),
            shows_presence: true,
        };
        self.graph.clone().apply_person(request).await.unwrap();
    }

    pub(crate) async fn connect(&self, first: Principal, second: Principal, connected: bool, version: i64) {
        let request = proto::ApplyRelationshipRequest {
            first_user_id: first.user_id.to_string(),
            second_user_id: second.user_id.to_string(),
            connected,
            version,
            first_blocks_second: false,
            second_blocks_first: false,
        };
        self.graph.clone().apply_relationship(request).await.unwrap();
    }

    /// Two connected people and their direct conversation.
    pub(crate) async fn direct(&self) -> (Principal, Principal, String) {
        let (ada, bob) = (self.person("ada").await, self.person("bob").await);
        self.connect(ada, bob, true, 1).await;
        let opened = self.open_direct(ada, bob).await.unwrap();
        (ada, bob, opened.conversation.unwrap().conversation_id)
    }

    pub(crate) async fn open_direct(
        &self,
        user: Principal,
        peer: Principal,
    ) -> Result<proto::GetOrCreateDirectResponse, Failure> {
        self.open_named_direct(user, peer, "").await
    }

    /// Opens it by a name of the client.
    pub(crate) async fn open_named_direct(
        &self,
        user: Principal,
        peer: Principal,
        client_id: &str,
    ) -> Result<proto::GetOrCreateDirectResponse, Failure> {
        let (peer_id, client_id) = (peer.user_id.to_string(), client_id.to_owned());
        let request = proto::GetOrCreateDirectRequest { peer_id, client_id };
        answer(self.client.clone().get_or_create_direct(user.request(request)).await)
    }

    /// A group of new people. There is no call that makes one yet, so it is written into the tables.
    pub(crate) async fn group(&self, members: usize) -> (Vec<Principal>, String) {
        let conversation_id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        let insert = "INSERT INTO conversations (conversation_id, kind, member_count, created_at, updated_at, active_at)
                      VALUES ($1, 'group', $2, now(), now(), now())";
        let query = sqlx::query(insert).bind(conversation_id).bind(i32::try_from(members).unwrap());
        query.execute(&self.pool).await.unwrap();
        let mut people = Vec::new();
        for number in 0..members {
            let person = self.person(&format!("member{number}")).await;
            let insert = "INSERT INTO members (conversation_id, user_id, role, joined_at, version)
                          VALUES ($1, $2, 'member', now(), 1)";
            let query = sqlx::query(insert).bind(conversation_id).bind(person.user_id.as_uuid());
            query.execute(&self.pool).await.unwrap();
            people.push(person);
        }
        (people, conversation_id.to_string())
    }

    pub(crate) async fn send(
        &self,
        user: Principal,
        request: proto::SendMessageRequest,
    ) -> Result<proto::SendMessageResponse, Failure> {
        answer(self.client.clone().send_message(user.request(request)).await)
    }

    pub(crate) async fn mark_read(
        &self,
        user: Principal,
        place: &str,
        seq: i64,
    ) -> Result<proto::Marks, Failure> {
        let request = proto::MarkReadRequest { conversation_id: place.to_owned(), seq };
        Ok(answer(self.client.clone().mark_read(user.request(request)).await)?.marks.unwrap())
    }

    pub(crate) async fn history(
        &self,
        user: Principal,
        place: &str,
        limit: u32,
        position: Option<proto::list_messages_request::Position>,
    ) -> Result<proto::ListMessagesResponse, Failure> {
        let request = proto::ListMessagesRequest { conversation_id: place.to_owned(), limit, position };
        answer(self.client.clone().list_messages(user.request(request)).await)
    }

    /// The whole history, ascending.
    pub(crate) async fn everything(&self, user: Principal, place: &str) -> Vec<proto::Message> {
        use proto::list_messages_request::Position;
        let mut messages: Vec<proto::Message> = Vec::new();
        loop {
            let after = messages.last().map_or(0, |message| message.seq);
            let page = self.history(user, place, 100, Some(Position::AfterSeq(after))).await.unwrap();
            messages.extend(page.messages);
            if !page.has_after {
                return messages;
            }
        }
    }

    /// A connection to the bus, and what is published for a user from now on.
    pub(crate) async fn listen(&self, user: Principal) -> (Bus, Subscription) {
        let check = Readiness::default().check("nats", true);
        let bus = Bus::connect(self.nats.url(), "test", check).await.unwrap();
        let subscription = bus.subscribe(subjects::user(user.user_id)).await.unwrap();
        (bus, subscription)
    }

    /// How many events stand in the outbox.
    pub(crate) async fn outbox(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&self.pool).await.unwrap()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// What a call answered, or the failure that it told.
pub(crate) fn answer<T>(outcome: Result<Response<T>, Status>) -> Result<T, Failure> {
    outcome.map(Response::into_inner).map_err(Failure::from_status)
}

/// A message with a name of its own.
pub(crate) fn message(place: &str, body: &str) -> proto::SendMessageRequest {
    proto::SendMessageRequest {
        conversation_id: place.to_owned(),
        client_id: pulse_types::RequestId::new(&SystemClock).to_string(),
        body: body.to_owned(),
        reply_to_message_id: String::new(),
        attachment_ids: Vec::new(),
    }
}

/// The next event that somebody gets.
pub(crate) async fn next(subscription: &mut Subscription) -> pulse_events::Event {
    let event = tokio::time::timeout(SOON, subscription.next()).await;
    event.context("no event came").unwrap().unwrap()
}

/// A request as of nobody in particular.
pub(crate) fn plain<T>(message: T) -> Request<T> {
    Request::new(message)
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i128 {
    SystemClock.now().unix_timestamp_nanos() / 1_000_000
}
