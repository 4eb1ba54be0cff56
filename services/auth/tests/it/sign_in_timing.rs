//! Whether the time of a refused sign-in tells who has an account. Probes of several kinds take turns, so that whatever else
//! the computer does meets all of them; what is compared are medians, and the yardstick is how much two series of the same
//! kind differ.

use std::time::{Duration, Instant};

use pulse_proto::auth::v1::LoginRequest;
use pulse_rpc::Failure;

use crate::support::{Auth, Client, PASSWORD};

/// Probes of each kind.
const PROBES: usize = 200;
/// Differences below this can't be told apart over any network.
const NEGLIGIBLE: Duration = Duration::from_micros(1500);

/// How long one refusal takes, and what it says. Each probe names somebody else, so that nobody is locked out.
async fn probe(client: &mut Client, identifier: String) -> (Duration, String) {
    let request =
        LoginRequest { identifier, password: "not the password".to_owned(), ..LoginRequest::default() };
    let started = Instant::now();
    let refused = client.login(request).await.unwrap_err();
    let took = started.elapsed();
    let failure = Failure::from_status(refused);
    (took, format!("{:?} {} {:?}", failure.reason, failure.detail, failure.retry_after))
}

fn median(series: &[Duration]) -> Duration {
    let mut sorted = series.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

/// The spread of the medians of random halves of a series: what two series of one kind differ by for no reason.
fn noise(series: &[Duration]) -> Duration {
    // Halves by several fixed strides stand for random ones, and make the test repeatable.
    let halves = [1, 2, 3, 5, 7, 11, 13, 17].map(|stride| {
        let (left, right): (Vec<_>, Vec<_>) =
            series.iter().enumerate().partition(|(at, _)| (at / stride) % 2 == 0);
        let median_of = |half: Vec<(usize, &Duration)>| {
            median(&half.into_iter().map(|(_, took)| *took).collect::<Vec<_>>())
        };
        median_of(left).abs_diff(median_of(right))
    });
    halves.into_iter().max().unwrap()
}

/// Makes an account for each probe of a kind, by copies of one row.
async fn copy_accounts(auth: &Auth, kind: &str, password_hash: Option<&str>) {
    sqlx::query(
        "INSERT INTO accounts (user_id, username, email, email_lower, password_hash, created_at)
         SELECT gen_random_uuid(), $1 || n, $1 || n || '@example.org', $1 || n || '@example.org', $2, now()
         FROM generate_series(1, $3) AS n",
    )
    .bind(kind)
    .bind(password_hash)
    .bind(i32::try_from(PROBES).unwrap())
    .execute(&auth.pool().await)
    .await
    .unwrap();
}

#[tokio::test]
async fn known_and_unknown_people_are_refused_alike_and_as_fast() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let pool = auth.pool().await;
    let ours: String =
        sqlx::query_scalar("SELECT password_hash FROM accounts").fetch_one(&pool).await.unwrap();
    copy_accounts(&auth, "known", Some(&ours)).await;
    copy_accounts(&auth, "without", None).await;
    compare(&auth, &["known", "unknown", "without"]).await;
}

#[tokio::test]
async fn people_with_a_hash_of_an_older_system_are_refused_as_fast_as_unknown_ones() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    // One cost takes about as long as argon2id or longer, by the machine, the other a fraction of that.
    for (kind, cost) in [("legacy", 9), ("quick", 4)] {
        let hash = bcrypt::hash(PASSWORD, cost).unwrap();
        copy_accounts(&auth, kind, Some(&hash)).await;
    }
    compare(&auth, &["legacy", "quick", "unknown"]).await;
}

async fn compare(auth: &Auth, kinds: &[&str]) {
    let mut client = auth.client();
    for warm_up in 1..=5 {
        for kind in kinds {
            probe(&mut client, format!("{kind}{warm_up}")).await;
        }
    }
    let mut series = vec![Vec::new(); kinds.len()];
    let mut answers = Vec::new();
    for number in 1..=PROBES {
        for turn in 0..kinds.len() {
            // Nobody is always first.
            let at = (number + turn) % kinds.len();
            let (took, answer) = probe(&mut client, format!("{}{number}", kinds[at])).await;
            series[at].push(took);
            answers.push(answer);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let noise = series.iter().map(|series| noise(series)).max().unwrap();
    let medians: Vec<_> = series.iter().map(|series| median(series)).collect();
    let (least, most) = (*medians.iter().min().unwrap(), *medians.iter().max().unwrap());
    let difference = most - least;
    assert!(
        difference <= noise.max(NEGLIGIBLE).max(most / 20),
        "{kinds:?} take {medians:?}, which differs by more than the noise of {noise:?}"
    );
}
