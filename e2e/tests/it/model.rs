//! Six people do at random whatever the public API lets them try, and after each step the product answers and shows what a
//! small model of sections 4 to 6 of the contract says. A failure names its seed and the last steps; the same seed does the
//! same again: `PULSE_MODEL_SEED=<seed>`, with `PULSE_MODEL_STEPS` for how long.

mod compare;
mod conversations;
mod live;
mod messages;
mod op;
mod people;
mod random;
mod request;
mod run;
mod view;
mod world;

use anyhow::Context as _;
use pulse_testkit::{Stack, StackOptions};
use pulse_types::{Clock as _, SystemClock};

use self::run::Run;

/// Steps of the short form.
const SHORT: usize = 300;
/// Steps of the long form, for each of its seeds.
const LONG: usize = 10_000;
const LONG_SEEDS: usize = 3;

async fn run(seed: u64, steps: usize) -> anyhow::Result<()> {
    let options = StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off");
    // The long form outlives an access token.
    let stack = Stack::start(options.set("PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", "3600")).await?;
    let outcome = Run::begin(&stack, seed).await?.steps(steps).await;
    outcome.with_context(|| format!("PULSE_MODEL_SEED={seed} PULSE_MODEL_STEPS={steps} does this again"))
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn any_seed() -> u64 {
    SystemClock.now().unix_timestamp_nanos() as u64
}

#[tokio::test]
async fn the_product_does_what_the_model_says() -> anyhow::Result<()> {
    run(4, SHORT).await
}

#[tokio::test]
async fn the_product_does_what_the_model_says_whatever_the_seed() -> anyhow::Result<()> {
    let steps = setting("PULSE_MODEL_STEPS").map_or(SHORT, |steps| steps as usize);
    run(setting("PULSE_MODEL_SEED").unwrap_or_else(any_seed), steps).await
}

#[tokio::test]
#[ignore = "takes many minutes: make test-long"]
async fn the_product_does_what_the_model_says_for_ten_thousand_steps() -> anyhow::Result<()> {
    for number in 0..LONG_SEEDS {
        let seed = any_seed();
        eprintln!("seed {number} of {LONG_SEEDS}: {seed}");
        run(seed, LONG).await?;
    }
    Ok(())
}
