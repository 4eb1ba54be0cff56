//! The end of a session reaches a gateway whatever is down, and what can't be checked is refused.

use std::time::{Duration, Instant};

use pulse_gateway::domain::certainty::Times;
use pulse_testkit::eventually;
use reqwest::Method;

use crate::beside::Beside;

/// A tenth of the real times, so that a test takes seconds.
const TIMES: Times = Times {
    check_every: Duration::from_millis(1500),
    refuse_after: Duration::from_secs(3),
    settle: Duration::from_millis(500),
};
/// For what is told by the bus at once.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Waits until a call of this session is answered so.
async fn until_answered(
    beside: &Beside,
    who: &pulse_client::SignedIn,
    within: Duration,
    expected: (u16, &str),
) -> anyhow::Result<()> {
    eventually(within, async || {
        let (status, code) = beside.me(who).await.ok()?;
        (status == expected.0 && code == expected.1).then_some(())
    })
    .await
    .map_err(|error| error.context(format!("{expected:?} did not come")))
}

#[tokio::test]
async fn a_session_that_ends_is_refused_at_once_and_after_a_restart() -> anyhow::Result<()> {
    // Nothing is asked of auth once the bus was heard: what is refused then, the bus has told.
    let mut beside = Beside::start(Times { settle: Duration::ZERO, ..Times::default() }).await?;
    let (ada, grace) = (beside.sign_up("ada").await?, beside.sign_up("grace").await?);
    until_answered(&beside, &ada, Duration::from_secs(10), (200, "")).await?;
    let mut socket = ada.at(&beside.url)?.connect().await?;

    ada.logout().await?;
    let code = tokio::time::timeout(AT_ONCE, socket.wait_closed()).await?;
    assert_eq!(code, Some(4403));
    assert_eq!(beside.me(&ada).await?, (401, "session_revoked".to_owned()));
    let refused = ada.at(&beside.url)?.connect().await.expect_err("a socket");
    assert_eq!(refused.code(), Some("session_revoked"));

    beside.start_again().await?;
    until_answered(&beside, &grace, Duration::from_secs(10), (200, "")).await?;
    eventually(Duration::from_secs(10), async || beside.degraded().await.ok().filter(Vec::is_empty)).await?;
    assert_eq!(beside.me(&ada).await?, (401, "session_revoked".to_owned()));
    Ok(())
}

#[tokio::test]
async fn while_the_bus_is_away_auth_tells_who_has_left() -> anyhow::Result<()> {
    let beside = Beside::start(TIMES).await?;
    let (ada, grace) = (beside.sign_up("ada").await?, beside.sign_up("grace").await?);
    until_answered(&beside, &ada, Duration::from_secs(10), (200, "")).await?;
    let mut ada_socket = ada.at(&beside.url)?.connect().await?;
    let mut grace_socket = grace.at(&beside.url)?.connect().await?;
    // Until the bus is relied on.
    tokio::time::sleep(TIMES.settle * 3).await;

    beside.nats.cut();
    ada.logout().await?;
    let code = tokio::time::timeout(TIMES.refuse_after, ada_socket.wait_closed()).await?;
    assert_eq!(code, Some(4403));
    assert_eq!(beside.me(&ada).await?, (401, "session_revoked".to_owned()));
    // Whom auth vouches for stays, for longer than anything is believed unasked.
    let stays = tokio::time::timeout(TIMES.refuse_after * 2, grace_socket.wait_closed()).await;
    assert!(stays.is_err(), "closed with {stays:?}");
    assert_eq!(beside.me(&grace).await?.0, 200);

    // A session of which this gateway had never heard is checked before it counts.
    let linus = beside.sign_up("linus").await?;
    linus.logout().await?;
    assert_eq!(beside.me(&linus).await?, (401, "session_revoked".to_owned()));
    Ok(())
}

#[tokio::test]
async fn what_can_not_be_checked_is_refused_until_it_can() -> anyhow::Result<()> {
    let beside = Beside::start(TIMES).await?;
    let ada = beside.sign_up("ada").await?;
    until_answered(&beside, &ada, Duration::from_secs(10), (200, "")).await?;
    let mut socket = ada.at(&beside.url)?.connect().await?;
    tokio::time::sleep(TIMES.settle * 3).await;

    let cut_at = Instant::now();
    beside.nats.cut();
    beside.auth.cut();
    // Chat goes on while it is not too long ago: nothing of auth's is needed for that.
    ada.at(&beside.url)?.user_by_username("ada").await?;
    let code = tokio::time::timeout(TIMES.refuse_after * 3, socket.wait_closed()).await?;
    assert_eq!(code, Some(1013));
    // The last sign of life may be a moment older than the cut.
    assert!(cut_at.elapsed() + Duration::from_secs(3) >= TIMES.refuse_after, "after {:?}", cut_at.elapsed());
    assert_eq!(beside.me(&ada).await?, (503, "unavailable".to_owned()));
    let refused = ada.at(&beside.url)?.connect().await.expect_err("a socket");
    assert_eq!(refused.code(), Some("unavailable"));

    beside.auth.restore();
    until_answered(&beside, &ada, Duration::from_secs(10), (200, "")).await?;
    beside.auth.cut();
    beside.nats.restore();
    tokio::time::sleep(TIMES.refuse_after).await;
    eventually(Duration::from_secs(10), async || {
        ada.at(&beside.url).ok()?.user_by_username("ada").await.ok()
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn what_ended_while_the_bus_was_away_is_told_at_its_return() -> anyhow::Result<()> {
    let beside = Beside::start(Times { settle: Duration::ZERO, ..Times::default() }).await?;
    let ada = beside.sign_up("ada").await?;
    until_answered(&beside, &ada, Duration::from_secs(10), (200, "")).await?;
    let mut socket = ada.at(&beside.url)?.connect().await?;
    tokio::time::sleep(Duration::from_secs(1)).await;

    beside.nats.cut();
    // The stream tells it, not auth.
    beside.auth.cut();
    ada.logout().await?;
    beside.nats.restore();
    let code = tokio::time::timeout(Duration::from_secs(6), socket.wait_closed()).await?;
    assert_eq!(code, Some(4403));
    assert_eq!(beside.me(&ada).await?, (401, "session_revoked".to_owned()));
    Ok(())
}

#[tokio::test]
async fn a_long_poll_outlives_no_session_while_the_bus_is_away() -> anyhow::Result<()> {
    let beside = Beside::start(TIMES).await?;
    let (ada, grace) = (beside.sign_up("ada").await?, beside.sign_up("grace").await?);
    until_answered(&beside, &ada, Duration::from_secs(10), (200, "")).await?;
    tokio::time::sleep(TIMES.settle * 3).await;
    beside.nats.cut();
    let poll = async |who: &pulse_client::SignedIn| {
        let here = who.at(&beside.url)?;
        let (_, start) = here.raw(Method::GET, "/v1/sync", None).await?;
        let path = format!("/v1/sync?since={}&wait=20", start["token"].as_str().unwrap_or_default());
        let began = Instant::now();
        let (status, problem) = here.raw(Method::GET, &path, None).await?;
        anyhow::Ok((
            status.as_u16(),
            problem["code"].as_str().unwrap_or_default().to_owned(),
            began.elapsed(),
        ))
    };
    // auth tells that she has left.
    let ((status, code, after), ()) = tokio::try_join!(poll(&ada), async {
        tokio::time::sleep(TIMES.settle).await;
        Ok(ada.logout().await?)
    })?;
    assert_eq!((status, code.as_str()), (401, "session_revoked"));
    assert!(after < TIMES.refuse_after * 2, "{after:?}");
    // And when it can't be asked either, nobody is believed for long.
    let ((status, code, after), ()) = tokio::try_join!(poll(&grace), async {
        tokio::time::sleep(TIMES.settle).await;
        beside.auth.cut();
        Ok(())
    })?;
    assert_eq!((status, code.as_str()), (503, "unavailable"));
    assert!(after < TIMES.refuse_after * 3, "{after:?}");
    Ok(())
}
