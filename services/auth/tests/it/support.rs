//! A running auth for a test: its own database, a clock moved by hand, the generated client.

use std::sync::Arc;
use std::time::Duration;

use pulse_auth::{Listeners, Settings};
use pulse_proto::auth::v1::auth_service_client::AuthServiceClient;
use pulse_proto::auth::v1::{
    Account, LoginRequest, LoginResponse, LogoutRequest, LogoutResponse, RefreshRequest, RegisterRequest,
    SessionGrant, login_response, logout_request,
};
use pulse_rpc::{Connection, Failure, Reason, ServiceName, connect};
use pulse_runtime::{Reader, Shutdown};
use pulse_testkit::{FakeClock, Scratch, TestDatabase, TestIdentities, eventually, free_listener};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::Endpoint;

pub(crate) mod person;

pub(crate) static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Answers nothing: what a test names that does without.
pub(crate) const NOWHERE: &str = "127.0.0.1:1";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const PUBLIC_URL: &str = "https://pulse.example";
/// 32 zero bytes.
const SEALING_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(crate) type Client = AuthServiceClient<Connection>;

/// One replica.
pub(crate) struct Replica {
    pub(crate) client: Client,
    pub(crate) endpoint: Endpoint,
    shutdown: Shutdown,
    task: Option<JoinHandle<anyhow::Result<()>>>,
}

/// What replicas share.
pub(crate) struct World {
    pub(crate) clock: FakeClock,
    pub(crate) identities: TestIdentities,
    pub(crate) database_url: String,
    pub(crate) nats_url: String,
    /// Where mails are written.
    pub(crate) mail_dir: Scratch,
    /// Further settings.
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl World {
    pub(crate) fn new(database: &TestDatabase) -> Self {
        Self {
            clock: FakeClock::default(),
            identities: TestIdentities::generate().unwrap(),
            database_url: database.url().to_owned(),
            nats_url: format!("nats://{NOWHERE}"),
            mail_dir: Scratch::new("mails").unwrap(),
            settings: Vec::new(),
        }
    }

    fn read_settings(&self) -> Settings {
        let mut pairs = vec![
            ("PULSE_AUTH_LISTEN", "127.0.0.1:0".to_owned()),
            ("PULSE_AUTH_ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
            ("PULSE_AUTH_DATABASE_URL", self.database_url.clone()),
            ("PULSE_AUTH_NATS_URL", self.nats_url.clone()),
            ("PULSE_AUTH_SOCIAL_GRAPH_ADDR", format!("http://{NOWHERE}")),
            ("PULSE_AUTH_MESSAGE_STORE_ADDR", format!("http://{NOWHERE}")),
            ("PULSE_AUTH_SEALING_KEY", SEALING_KEY.to_owned()),
            ("PULSE_PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("PULSE_AUTH_MAIL_DIR", self.mail_dir.path().display().to_string()),
            ("PULSE_SERVICE_KEY", self.identities.seed(ServiceName::Auth).unwrap().to_owned()),
            ("PULSE_SERVICE_CALLERS", self.identities.callers_text()),
        ];
        pairs.extend(self.settings.clone());
        let mut read = Reader::from_pairs(pairs);
        let settings = Settings::read(&mut read);
        read.finish(|| settings).unwrap()
    }

    /// Starts a replica without waiting for it.
    pub(crate) async fn spawn(&self) -> Replica {
        let listeners =
            Listeners { grpc: free_listener().await.unwrap(), admin: free_listener().await.unwrap() };
        let endpoint =
            Endpoint::from_shared(format!("http://{}", listeners.grpc.local_addr().unwrap())).unwrap();
        let shutdown = Shutdown::new(Duration::from_secs(5));
        let clock = Arc::new(self.clock.clone());
        let task = tokio::spawn(pulse_auth::run_with_clock(
            self.read_settings(),
            listeners,
            clock,
            shutdown.clone(),
        ));
        let client = self.client(&endpoint, ServiceName::Gateway);
        Replica { client, endpoint, shutdown, task: Some(task) }
    }

    pub(crate) fn client(&self, endpoint: &Endpoint, caller: ServiceName) -> Client {
        Client::new(self.connection(endpoint, caller))
    }

    /// What a client of any of the services of auth is made of.
    pub(crate) fn connection(&self, endpoint: &Endpoint, caller: ServiceName) -> Connection {
        let identity = self.identities.identity(caller).unwrap();
        connect(endpoint.clone(), ServiceName::Auth, identity)
    }
}

impl Replica {
    /// Ends it in good order.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.shutdown.begin();
        self.outcome().await
    }

    /// How it ended by itself.
    pub(crate) async fn outcome(mut self) -> anyhow::Result<()> {
        self.task.take().unwrap().await?
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// One replica on a database of its own.
pub(crate) struct Auth {
    pub(crate) replica: Replica,
    pub(crate) world: World,
    pub(crate) database: TestDatabase,
}

impl Auth {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut World)) -> Self {
        let database = TestDatabase::create(&MIGRATOR).await.unwrap();
        let mut world = World::new(&database);
        change(&mut world);
        let replica = world.spawn().await;
        Self { replica, world, database }
    }

    pub(crate) fn client(&self) -> Client {
        self.replica.client.clone()
    }

    /// A connection of a caller to the replica.
    pub(crate) fn connection(&self, caller: ServiceName) -> Connection {
        self.world.connection(&self.replica.endpoint, caller)
    }

    pub(crate) async fn pool(&self) -> PgPool {
        self.database.pool().await.unwrap()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn register(&self, username: &str) -> SessionGrant {
        self.try_register(registration(username)).await.unwrap()
    }

    pub(crate) async fn try_register(&self, request: RegisterRequest) -> Result<SessionGrant, Failure> {
        let answer = self.client().register(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().session.unwrap())
    }

    pub(crate) async fn login(&self, identifier: &str, password: &str) -> Result<SessionGrant, Failure> {
        self.try_login(LoginRequest {
            identifier: identifier.to_owned(),
            password: password.to_owned(),
            ..LoginRequest::default()
        })
        .await
    }

    pub(crate) async fn try_login(&self, request: LoginRequest) -> Result<SessionGrant, Failure> {
        let LoginResponse { outcome } =
            self.client().login(request).await.map_err(Failure::from_status)?.into_inner();
        match outcome {
            Some(login_response::Outcome::Session(session)) => Ok(session),
            other => panic!("no session: {other:?}"),
        }
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Result<SessionGrant, Failure> {
        self.refresh_of(refresh_token, "").await
    }

    pub(crate) async fn refresh_of(&self, token: &str, session_id: &str) -> Result<SessionGrant, Failure> {
        let request = RefreshRequest {
            refresh_token: token.to_owned(),
            session_id: session_id.to_owned(),
            client: None,
        };
        let answer = self.client().refresh(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().session.unwrap())
    }

    pub(crate) async fn logout(&self, target: logout_request::Target) -> Result<LogoutResponse, Failure> {
        let answer = self.client().logout(LogoutRequest { target: Some(target), client: None }).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }
}

pub(crate) fn registration(username: &str) -> RegisterRequest {
    RegisterRequest {
        username: username.to_owned(),
        email: format!("{username}@example.org"),
        password: PASSWORD.to_owned(),
        ..RegisterRequest::default()
    }
}

pub(crate) fn account(grant: &SessionGrant) -> &Account {
    grant.account.as_ref().unwrap()
}

/// Field and code of each fault.
pub(crate) fn faults(failure: &Failure) -> Vec<(&str, &str)> {
    failure.fields.iter().map(|fault| (fault.field.as_str(), fault.code.as_str())).collect()
}

pub(crate) fn reason_of(status: Status) -> Reason {
    Failure::from_status(status).reason
}

/// Waits until the replica serves.
pub(crate) async fn until_serving(replica: &Replica) -> String {
    let ask = || async {
        let answer = replica.client.clone().get_jwks(pulse_proto::auth::v1::GetJwksRequest {}).await;
        answer.ok().map(|answer| answer.into_inner().jwks_json)
    };
    eventually(Duration::from_secs(10), ask).await.unwrap()
}
