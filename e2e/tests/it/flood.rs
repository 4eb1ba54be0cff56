//! A flood of sign-ins does not slow the chat down. The full measurement, 500 a second, is `make bench`; here
//! it is short, and the bounds are wide enough for a machine that does other things as well.

mod load;

use std::time::Duration;

use load::{chat, flood, pairs, stack};

/// For each core: a half more than passwords can be hashed on a quiet machine, and as much as unoptimised processes and this client
/// can take beside the chat.
const PER_SECOND_AND_CORE: u64 = 60;
const SPAN: Duration = Duration::from_secs(6);
/// What a busy machine adds, in milliseconds.
const NOISE_MS: f64 = 60.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chat_goes_on_while_sign_ins_flood_in() -> anyhow::Result<()> {
    let stack = stack().await?;
    let mut pairs = pairs(&stack).await?;
    // Connections and caches are warm from here on.
    chat(&mut pairs, Duration::from_secs(1)).await?;
    let before = chat(&mut pairs, SPAN).await?;
    let per_second = PER_SECOND_AND_CORE * std::thread::available_parallelism()?.get() as u64;
    let (during, statuses) = tokio::join!(chat(&mut pairs, SPAN), flood(&stack, per_second, SPAN));
    let (during, statuses) = (during?, statuses?);
    let told = format!(
        "p50 {:.1} ms, then {:.1}; p95 {:.1} ms, then {:.1}; answers {statuses:?}",
        before.at(0.5),
        during.at(0.5),
        before.at(0.95),
        during.at(0.95)
    );
    eprintln!("{told}");
    for quantile in [0.5, 0.95] {
        assert!(during.at(quantile) <= before.at(quantile) * 2.0 + NOISE_MS, "{told}");
    }
    assert!(statuses.keys().all(|status| [401, 429].contains(status)), "{told}");
    let refused = statuses.get(&429).copied().unwrap_or_default();
    assert!(refused > statuses.values().sum::<u64>() / 4, "the flood is let in: {told}");
    Ok(())
}
