//! All that the running system holds, as text: every table, every event of a stream, every key of the cache, every mail.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use async_nats::jetstream::{self, consumer};
use deadpool_redis::redis::{self, AsyncCommands as _};
use futures_util::{StreamExt as _, TryStreamExt as _};
use pulse_testkit::{Stack, dump_tables};

/// What a store holds, with the store's name.
pub(crate) struct Held {
    pub(crate) store: String,
    pub(crate) text: String,
}

/// Everything there is.
pub(crate) async fn everything(stack: &Stack) -> anyhow::Result<Vec<Held>> {
    let mut all = Vec::new();
    for database in ["auth", "graph", "messages"] {
        all.push(Held { store: database.to_owned(), text: table_text(stack, database).await? });
    }
    all.push(Held { store: "nats".to_owned(), text: stream_text(stack).await? });
    all.push(Held { store: "redis".to_owned(), text: cache_text(stack).await? });
    Ok(all)
}

/// The lines of the tables of a database.
pub(crate) async fn table_text(stack: &Stack, database: &str) -> anyhow::Result<String> {
    let mut url = reqwest::Url::parse(&stack.description()?.postgres.url)?;
    url.set_path(database);
    dump_tables(url.as_str()).await
}

/// A connection to the bus of a stack.
pub(crate) async fn bus(stack: &Stack) -> anyhow::Result<async_nats::Client> {
    let url = stack.description()?.nats.url;
    let address: async_nats::ServerAddr = url.parse()?;
    let options = match (address.username(), address.password()) {
        (Some(user), Some(password)) => {
            async_nats::ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned())
        }
        _ => async_nats::ConnectOptions::new(),
    };
    Ok(options.connect(url).await?)
}

/// Every message of every stream, with its subject and headers.
async fn stream_text(stack: &Stack) -> anyhow::Result<String> {
    let context = jetstream::new(bus(stack).await?);
    let mut text = String::new();
    let mut names = context.stream_names();
    while let Some(name) = names.try_next().await? {
        let mut stream = context.get_stream(&name).await?;
        let count = stream.info().await?.state.messages;
        let config = consumer::pull::OrderedConfig::default();
        let mut messages = stream.create_consumer(config).await?.messages().await?;
        for _ in 0..count {
            let next = tokio::time::timeout(Duration::from_secs(10), messages.next()).await?;
            let message = next.context("the stream ended")??;
            let payload = String::from_utf8_lossy(&message.payload);
            text.push_str(&format!("{} {:?} {payload}\n", message.subject, message.headers));
        }
    }
    Ok(text)
}

/// Every key with its value.
async fn cache_text(stack: &Stack) -> anyhow::Result<String> {
    let client = redis::Client::open(stack.description()?.redis.url)?;
    let mut conn = client.get_multiplexed_async_connection().await?;
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query_async(&mut conn).await?;
    let mut text = String::new();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query_async(&mut conn).await?;
        let values: Vec<Vec<u8>> = match kind.as_str() {
            "string" => conn.get::<_, Option<Vec<u8>>>(&key).await?.into_iter().collect(),
            "hash" => redis::cmd("HGETALL").arg(&key).query_async(&mut conn).await?,
            "set" => conn.smembers(&key).await?,
            "list" => conn.lrange(&key, 0, -1).await?,
            "zset" => conn.zrange(&key, 0, -1).await?,
            // Gone meanwhile.
            "none" => Vec::new(),
            other => anyhow::bail!("a key of kind {other}: this search does not know how to read it"),
        };
        text.push_str(&String::from_utf8_lossy(&key));
        for value in values {
            text.push(' ');
            text.push_str(&String::from_utf8_lossy(&value));
        }
        text.push('\n');
    }
    Ok(text)
}

/// The mails in a folder.
pub(crate) fn mail_text(folder: &Path) -> anyhow::Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    std::fs::read_dir(folder)?
        .map(|entry| Ok(String::from_utf8_lossy(&std::fs::read(entry?.path())?).into_owned()))
        .collect()
}
