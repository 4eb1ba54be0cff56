//! Waiting for what must happen soon, and sockets to listen on.

use std::future::Future;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::Instant;

const POLL: Duration = Duration::from_millis(10);

/// Asks again and again until there is an answer, and gives it.
///
/// # Errors
/// When there was none within `timeout`.
pub async fn eventually<T, F, A>(timeout: Duration, mut ask: F) -> anyhow::Result<T>
where
    F: FnMut() -> A,
    A: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(answer) = ask().await {
            return Ok(answer);
        }
        anyhow::ensure!(Instant::now() < deadline, "it did not happen within {timeout:?}");
        tokio::time::sleep(POLL).await;
    }
}

/// A socket of 127.0.0.1 that already listens, on a free port.
///
/// # Errors
/// When the system has none.
pub async fn free_listener() -> anyhow::Result<TcpListener> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_gives_the_first_answer_or_gives_up() {
        let mut asked = 0;
        let third = eventually(Duration::from_secs(5), || {
            asked += 1;
            let answer = (asked == 3).then_some(asked);
            async move { answer }
        });
        assert_eq!(third.await.unwrap(), 3);
        assert!(eventually(Duration::from_millis(20), || async { None::<()> }).await.is_err());
    }
}
