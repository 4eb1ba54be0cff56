//! What a flood of sign-ins does to the chat, on this machine, now: `make bench`.
//!
//! 500 sign-ins a second from a thousand addresses, while 16 people chat over two gateways, with the limits as they are
//! deployed.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "../tests/it/flood/load.rs"]
mod load;

use std::time::Duration;

use load::{chat, flood, pairs, stack};

/// What an attacker manages.
const PER_SECOND: u64 = 500;
const SPAN: Duration = Duration::from_secs(30);
/// The longest that p99 may grow by, and what is noise below, in milliseconds.
const FACTOR: f64 = 2.0;
const NOISE_MS: f64 = 10.0;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let stack = stack().await?;
    let mut pairs = pairs(&stack).await?;
    chat(&mut pairs, Duration::from_secs(2)).await?;
    let before = chat(&mut pairs, SPAN).await?;
    let (during, statuses) = tokio::join!(chat(&mut pairs, SPAN), flood(&stack, PER_SECOND, SPAN));
    let (during, statuses) = (during?, statuses?);
    for (name, times) in [("quiet", &before), ("with 500 sign-ins a second", &during)] {
        println!("chat round trip, {name:<27} p50 {:.2} ms   p99 {:.2} ms", times.at(0.5), times.at(0.99));
    }
    let ratio = during.at(0.99) / before.at(0.99);
    println!("p99 with the flood / quiet       {ratio:.2}");
    println!("answers to the sign-ins          {statuses:?}");
    anyhow::ensure!(during.at(0.99) <= before.at(0.99) * FACTOR + NOISE_MS, "the flood slows the chat down");
    anyhow::ensure!(
        statuses.keys().all(|status| [401, 429].contains(status)),
        "other answers than 401 and 429"
    );
    Ok(())
}
