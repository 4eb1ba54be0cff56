//! Sessions that end are refused everywhere, with the bus within a second, without it within half a minute.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{SignedIn, Socket};
use pulse_testkit::Stack;
use reqwest::Method;
use serde_json::{Value, json};

use crate::people::{code, gateway_url, sign_up, two_gateways};

/// What the contract allows with the bus, and without.
const WITH_BUS: Duration = Duration::from_secs(1);
const WITHOUT_BUS: Duration = Duration::from_secs(30);

const PASSWORD: &str = "ada keeps a long secret";

/// A session with a socket on each of the two gateways.
struct Device {
    at: [SignedIn; 2],
    sockets: [Socket; 2],
}

impl Device {
    async fn of(session: &SignedIn, stack: &Stack) -> anyhow::Result<Self> {
        let at = [session.at(&gateway_url(stack, 0)?)?, session.at(&gateway_url(stack, 1)?)?];
        let sockets = [at[0].connect().await?, at[1].connect().await?];
        Ok(Self { at, sockets })
    }

    /// All its sockets are closed 4403 and its token is refused, by then.
    async fn must_end_by(&mut self, deadline: Instant) -> anyhow::Result<()> {
        for socket in &mut self.sockets {
            let left = deadline.saturating_duration_since(Instant::now());
            let closed = tokio::time::timeout(left, socket.wait_closed()).await?;
            assert_eq!(closed, Some(4403));
        }
        for at in &self.at {
            assert_eq!(code(at.me().await), "session_revoked");
        }
        Ok(())
    }

    async fn must_live(&self) -> anyhow::Result<()> {
        for (at, socket) in self.at.iter().zip(&self.sockets) {
            at.me().await?;
            socket.request("ping", json!({})).await?;
        }
        Ok(())
    }
}

async fn call(who: &SignedIn, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<()> {
    let (status, answer) = who.raw(method, path, body.as_ref()).await?;
    anyhow::ensure!(status == 204, "{path} answers {status} {answer}");
    Ok(())
}

/// Ada, signed in so often.
async fn sign_in(stack: &Stack, times: usize) -> anyhow::Result<Vec<Device>> {
    let url = gateway_url(stack, 0)?;
    let client = pulse_client::Client::new(&url)?;
    let mut devices = vec![Device::of(&sign_up(&url, "ada").await?, stack).await?];
    while devices.len() < times {
        devices.push(Device::of(&client.login("ada", PASSWORD).await?, stack).await?);
    }
    Ok(devices)
}

#[tokio::test]
async fn revoked_sessions_end_on_all_gateways_within_a_second() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let devices = sign_in(&stack, 5).await?;
    let [own, mut one, mut all, mut also, mut changed] =
        <[Device; 5]>::try_from(devices).map_err(|_| anyhow::anyhow!("five devices"))?;

    let path = format!("/v1/auth/sessions/{}", one.at[0].session.session_id);
    call(&own.at[0], Method::DELETE, &path, None).await?;
    one.must_end_by(Instant::now() + WITH_BUS).await?;
    all.must_live().await?;

    // A new password ends all but the session that changes it.
    let body = json!({"current_password": PASSWORD, "new_password": "ada keeps a longer secret"});
    call(&own.at[1], Method::POST, "/v1/auth/password", Some(body)).await?;
    let deadline = Instant::now() + WITH_BUS;
    for device in [&mut all, &mut also, &mut changed] {
        device.must_end_by(deadline).await?;
    }
    own.must_live().await?;

    let client = pulse_client::Client::new(&gateway_url(&stack, 1)?)?;
    let mut other = Device::of(&client.login("ada", "ada keeps a longer secret").await?, &stack).await?;
    call(&own.at[0], Method::DELETE, "/v1/auth/sessions", None).await?;
    other.must_end_by(Instant::now() + WITH_BUS).await?;
    own.must_live().await?;
    Ok(())
}

#[tokio::test]
async fn with_the_bus_stopped_a_revoked_session_ends_within_half_a_minute() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let devices = sign_in(&stack, 2).await?;
    let [own, mut gone] = <[Device; 2]>::try_from(devices).map_err(|_| anyhow::anyhow!("two devices"))?;
    // A stopped process is a host that vanished: its connections stay and say nothing.
    let nats = Pid::from_raw(i32::try_from(stack.description()?.nats.pid)?);
    kill(nats, Signal::SIGSTOP)?;
    let stopped = Instant::now();
    let outcome = async {
        let path = format!("/v1/auth/sessions/{}", gone.at[0].session.session_id);
        call(&own.at[0], Method::DELETE, &path, None).await?;
        gone.must_end_by(Instant::now() + WITHOUT_BUS).await?;
        eprintln!("ended {:.1} s after the bus stopped", stopped.elapsed().as_secs_f64());
        own.must_live().await
    }
    .await;
    kill(nats, Signal::SIGCONT)?;
    outcome
}
