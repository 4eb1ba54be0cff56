//! Reads an event stream, only as far as it is asked.

use std::time::Duration;

use anyhow::Context as _;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use pulse_client::SignedIn;
use serde_json::Value;

/// How long an event may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// An open stream; dropping it closes the connection.
pub(crate) struct Reader {
    bytes: BoxStream<'static, reqwest::Result<Vec<u8>>>,
    /// What has come of events that are not whole.
    text: Vec<u8>,
    /// Of the newest event that had one.
    pub(crate) last_id: Option<String>,
    /// How many comments came.
    pub(crate) comments: usize,
}

/// An open stream, or status and problem of a refusal.
pub(crate) async fn try_open(
    url: &str,
    person: &SignedIn,
    query: &str,
    last_id: Option<&str>,
) -> anyhow::Result<Result<Reader, (u16, Value)>> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let request = http.get(format!("{url}/v1/events?{query}")).bearer_auth(&person.session.access_token);
    let request = last_id.into_iter().fold(request, |request, id| request.header("Last-Event-ID", id));
    let response = request.send().await?;
    let status = response.status();
    if !status.is_success() {
        return Ok(Err((status.as_u16(), response.json().await?)));
    }
    for (name, expected) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        anyhow::ensure!(response.headers()[name] == expected, "{name}: {:?}", response.headers());
    }
    let bytes = response.bytes_stream().map_ok(|bytes| bytes.to_vec()).boxed();
    Ok(Ok(Reader { bytes, text: Vec::new(), last_id: None, comments: 0 }))
}

/// An open stream, behind its `hello`.
pub(crate) async fn open(url: &str, person: &SignedIn, query: &str) -> anyhow::Result<Reader> {
    let opened = try_open(url, person, query, None).await?;
    let mut reader = opened.map_err(|(status, problem)| anyhow::anyhow!("{status} {problem}"))?;
    let hello = reader.next().await?.context("it ended")?;
    anyhow::ensure!(hello["type"] == "hello" && reader.last_id.is_some(), "{hello}");
    Ok(reader)
}

impl Reader {
    /// The next frame; `None` at the end.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Value>> {
        loop {
            if let Some(end) = self.text.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = self.text.drain(..end + 2).take(end).collect();
                let event = String::from_utf8(event)?;
                if event.starts_with(':') {
                    self.comments += 1;
                    continue;
                }
                return self.read(&event).map(Some);
            }
            let more = tokio::time::timeout(TIMEOUT, self.bytes.next()).await.context("nothing came")?;
            match more {
                Some(bytes) => self.text.extend(bytes?),
                None => {
                    anyhow::ensure!(self.text.is_empty(), "it broke off: {:?}", self.text);
                    return Ok(None);
                }
            }
        }
    }

    fn read(&mut self, event: &str) -> anyhow::Result<Value> {
        let mut frame = None;
        for line in event.lines() {
            match line.split_once(": ") {
                Some(("id", id)) => self.last_id = Some(id.to_owned()),
                Some(("data", data)) => frame = Some(serde_json::from_str(data)?),
                _ => anyhow::bail!("not of the contract: {line:?}"),
            }
        }
        frame.with_context(|| format!("an event without data: {event:?}"))
    }

    /// The next frame of a type; others before it are dropped.
    pub(crate) async fn next_of(&mut self, kind: &str) -> anyhow::Result<Value> {
        loop {
            let frame = self.next().await?.with_context(|| format!("it ended before {kind}"))?;
            if frame["type"] == kind {
                return Ok(frame);
            }
        }
    }

    /// All frames until the end.
    pub(crate) async fn rest(&mut self) -> anyhow::Result<Vec<Value>> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await? {
            frames.push(frame);
        }
        Ok(frames)
    }
}
