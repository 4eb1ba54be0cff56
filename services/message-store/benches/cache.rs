//! What the cache of newest pages is worth: `make bench`. The same service twice on the same database, without Redis and with one;
//! every number stands beside the one without Redis of the same run.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use deadpool_redis::redis::{AsyncCommands as _, Client as RedisClient};
use futures_util::future::try_join_all;
use pulse_message_store::Listeners;
use pulse_message_store::config::Settings;
use pulse_message_store::store::page::find_head;
use pulse_message_store::store::{Db, MIGRATOR};
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::message_store_service_client::MessageStoreServiceClient;
use pulse_rpc::{Connection, Principal, ServiceName};
use pulse_runtime::{Reader, Shutdown};
use pulse_testkit::{Nats, Redis, TestDatabase, TestIdentities, eventually, free_listener};
use pulse_types::{ConversationId, SessionId, SystemClock, UserId};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;

const LOAD: &str = include_str!("load.sql");
const CONVERSATIONS: usize = 1_000;
const MESSAGES: usize = 100;
const PEOPLE: usize = 10;
/// Each reads every conversation once, in each of the states.
const ROUNDS: usize = 3;
const CALLERS: usize = 32;
/// Readers of one conversation at the same time.
const STAMPEDE: usize = 1_000;
const STAMPEDES: usize = 10;
/// Questions for a head, and for a value of its size.
const QUESTIONS: usize = 2_000;
/// Kind, whether the reader is in, last position and label, as text.
const HEAD: &str =
    "{\"kind\":\"group\",\"is_member\":true,\"last_seq\":100,\"version\":200,\"changed_xid\":800}";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (database, redis, nats) =
        (TestDatabase::create_with_server(&MIGRATOR).await?, Redis::start().await?, Nats::start().await?);
    let pool = database.pool().await?;
    let started = Instant::now();
    let load = LOAD.replace(":conversations", &CONVERSATIONS.to_string());
    sqlx::raw_sql(AssertSqlSafe(load.replace(":messages", &MESSAGES.to_string()))).execute(&pool).await?;
    eprintln!("{} messages in {:.1} s", CONVERSATIONS * MESSAGES, started.elapsed().as_secs_f64());

    let plain = Service::start(&database, &nats, None).await?;
    let cached = Service::start(&database, &nats, Some(&redis)).await?;
    for callers in [1, CALLERS] {
        pages(&pool, [&plain, &cached], callers).await?;
    }
    stampedes(&pool, [&plain, &cached]).await?;
    heads(&database, &redis).await?;
    for service in [&plain, &cached] {
        service.shutdown.begin();
    }
    Ok(())
}

/// The newest page of every conversation, in turns: without Redis, kept, and kept of another state.
async fn pages(pool: &PgPool, [plain, cached]: [&Service; 2], callers: usize) -> anyhow::Result<()> {
    let [mut without, mut hits, mut misses] = [const { Times::NONE }; 3];
    for _ in 0..ROUNDS {
        without.add(plain.read_all(callers).await?);
        hits.add(cached.read_all(callers).await?);
        relabel(pool).await?;
        misses.add(cached.read_all(callers).await?);
    }
    println!("newest page of 50, callers: {callers}");
    without.print("without Redis", &without);
    hits.print("every call a hit", &without);
    misses.print("every call a miss", &without);
    Ok(())
}

/// Many who read the newest page of one conversation at once.
async fn stampedes(pool: &PgPool, [plain, cached]: [&Service; 2]) -> anyhow::Result<()> {
    let [mut without, mut hits, mut misses] = [const { Times::NONE }; 3];
    for number in 0..STAMPEDES {
        without.add(plain.stampede(number).await?);
        cached.read(number, number).await?;
        hits.add(cached.stampede(number).await?);
        relabel(pool).await?;
        misses.add(cached.stampede(number).await?);
    }
    println!("newest page of 50 of one conversation, callers: {STAMPEDE}");
    for (name, times) in [("without Redis", &without), ("kept", &hits), ("not kept", &misses)] {
        times.print(name, &without);
        println!("    pages read from the database: {:.1} each time", times.loads / STAMPEDES as f64);
    }
    Ok(())
}

/// Gives every conversation another label, as a change does.
async fn relabel(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::query("UPDATE conversations SET changed_xid = pg_current_xact_id()").execute(pool).await?;
    Ok(())
}

/// Head and membership from the database, against a value of that size from Redis; without gRPC.
async fn heads(database: &TestDatabase, redis: &Redis) -> anyhow::Result<()> {
    let db = Db::new(&database.url().into(), 1)?;
    let (mut conn, mut link) =
        (db.conn().await?, RedisClient::open(redis.url())?.get_multiplexed_async_connection().await?);
    let () = link.set("head", HEAD).await?;
    let [mut rows, mut values] = [const { Times::NONE }; 2];
    for number in 0..QUESTIONS {
        let (conversation_id, reader) = (conversation(number)?, [person(number)?.user_id]);
        let started = Instant::now();
        find_head(&mut conn, conversation_id, &reader).await?.context("no head")?;
        rows.push(started.elapsed());
        let started = Instant::now();
        let _value: String = link.get("head").await?;
        values.push(started.elapsed());
    }
    println!("head and membership");
    rows.print("PostgreSQL", &rows);
    values.print("GET of Redis, without checking it", &rows);
    Ok(())
}

fn conversation(number: usize) -> anyhow::Result<ConversationId> {
    Ok(format!("01890a5d-ac96-774b-8000-{:012x}", 1 + number % CONVERSATIONS).parse()?)
}

fn person(number: usize) -> anyhow::Result<Principal> {
    let user_id: UserId = format!("01890a5d-0000-7000-8000-{:012x}", 1 + number % PEOPLE).parse()?;
    Ok(Principal { user_id, session_id: SessionId::new(&SystemClock) })
}

struct Service {
    client: MessageStoreServiceClient<Connection>,
    admin: SocketAddr,
    shutdown: Shutdown,
    /// Where it would keep files.
    _folder: tempfile::TempDir,
}

impl Service {
    async fn start(database: &TestDatabase, nats: &Nats, redis: Option<&Redis>) -> anyhow::Result<Self> {
        let (identities, folder) = (TestIdentities::generate()?, tempfile::tempdir()?);
        let mut pairs = vec![
            ("PULSE_MESSAGES_DATABASE_URL", database.url().to_owned()),
            ("PULSE_MESSAGES_NATS_URL", nats.url().to_owned()),
            ("PULSE_MESSAGES_CURSOR_KEY", "A".repeat(43)),
            ("PULSE_MESSAGES_FILE_KEY", "A".repeat(43)),
            ("PULSE_MESSAGES_FILE_DIR", folder.path().display().to_string()),
            ("PULSE_PUBLIC_URL", "https://chat.example".to_owned()),
            ("PULSE_SERVICE_KEY", identities.seed(ServiceName::MessageStore)?.to_owned()),
            ("PULSE_SERVICE_CALLERS", identities.callers_text()),
        ];
        pairs.extend(redis.map(|redis| ("PULSE_MESSAGES_REDIS_URL", redis.url().to_owned())));
        let mut read = Reader::from_pairs(pairs);
        let settings = Settings::read(&mut read);
        let settings = read.finish(|| settings)?;
        let listeners = Listeners { grpc: free_listener().await?, admin: free_listener().await? };
        let (address, admin) = (listeners.grpc.local_addr()?, listeners.admin.local_addr()?);
        let shutdown = Shutdown::new(Duration::from_secs(10));
        tokio::spawn(pulse_message_store::run(settings, listeners, shutdown.clone()));
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
        let identity = identities.identity(ServiceName::Gateway)?;
        let connection = pulse_rpc::connect(endpoint, ServiceName::MessageStore, identity);
        let this =
            Self { client: MessageStoreServiceClient::new(connection), shutdown, _folder: folder, admin };
        // Until all connections are open.
        eventually(Duration::from_secs(20), || async { this.read_all(CALLERS).await.ok() }).await?;
        Ok(this)
    }

    /// The time of one newest page.
    async fn read(&self, number: usize, reader: usize) -> anyhow::Result<Duration> {
        let request = proto::ListMessagesRequest {
            conversation_id: conversation(number)?.to_string(),
            limit: 50,
            position: None,
        };
        let request = person(reader)?.request(request);
        let started = Instant::now();
        let page = self.client.clone().list_messages(request).await?.into_inner();
        let elapsed = started.elapsed();
        anyhow::ensure!(page.messages.len() == 50, "{} messages", page.messages.len());
        Ok(elapsed)
    }

    /// Each conversation once, by so many callers.
    async fn read_all(&self, callers: usize) -> anyhow::Result<Times> {
        let (next, started) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let calling = (0..callers).map(|caller| {
            let next = Arc::clone(&next);
            async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= CONVERSATIONS {
                        return anyhow::Ok(times);
                    }
                    times.push(self.read(number, caller).await?);
                }
            }
        });
        let times = try_join_all(calling).await?.concat();
        Ok(Times { times, wall: started.elapsed(), loads: 0.0 })
    }

    /// Pages read from the database until now, by all services of this process.
    async fn loads(&self) -> anyhow::Result<f64> {
        let (mut stream, mut page) = (TcpStream::connect(self.admin).await?, String::new());
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").await?;
        stream.read_to_string(&mut page).await?;
        let mut lines = page.lines().filter(|line| line.starts_with("pulse_messages_cache_loads_total"));
        Ok(lines.next().and_then(|line| line.rsplit(' ').next()).context("no metric")?.parse()?)
    }

    async fn stampede(&self, number: usize) -> anyhow::Result<Times> {
        let (before, started) = (self.loads().await?, Instant::now());
        let times = try_join_all((0..STAMPEDE).map(|reader| self.read(number, reader))).await?;
        let wall = started.elapsed();
        Ok(Times { times, wall, loads: self.loads().await? - before })
    }
}

/// How long calls took, and all of them together.
struct Times {
    times: Vec<Duration>,
    wall: Duration,
    /// Pages read from the database, where that was looked at.
    loads: f64,
}

impl Times {
    const NONE: Self = Self { times: Vec::new(), wall: Duration::ZERO, loads: 0.0 };

    fn add(&mut self, more: Self) {
        self.times.extend(more.times);
        self.wall += more.wall;
        self.loads += more.loads;
    }

    fn push(&mut self, time: Duration) {
        self.times.push(time);
        self.wall += time;
    }

    fn at(&self, quantile: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort();
        let at = (times.len() as f64 * quantile) as usize;
        times.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }

    fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.wall.as_secs_f64()
    }

    /// One line of the table, and how it stands to another one.
    fn print(&self, name: &str, other: &Self) {
        println!(
            "  {name:<34} p50 {:>7.3} ms ({:>4.2})   p99 {:>7.3} ms ({:>4.2})   {:>6.0} / s ({:>4.2})",
            self.at(0.5),
            self.at(0.5) / other.at(0.5),
            self.at(0.99),
            self.at(0.99) / other.at(0.99),
            self.per_second(),
            self.per_second() / other.per_second(),
        );
    }
}
