//! Second factors, used by many at once: one use of each thing succeeds.

use std::collections::HashMap;

use pulse_proto::auth::v1::VerifyMfaRequest;
use pulse_proto::auth::v1::factor_service_client::FactorServiceClient;
use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_rpc::{Reason, ServiceName};
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;

use crate::support::person::{Person, code_at, proof};
use crate::support::{Auth, PASSWORD, reason_of};

const AT_ONCE: usize = 50;

/// Sends all requests at once, to two replicas; how many got each answer.
async fn at_once(auth: &Auth, requests: Vec<VerifyMfaRequest>) -> HashMap<Option<Reason>, usize> {
    let second_replica = auth.world.spawn().await;
    let endpoints = [auth.replica.endpoint.clone(), second_replica.endpoint.clone()];
    let mut tasks = JoinSet::new();
    for (at, request) in requests.into_iter().enumerate() {
        let connection = auth.world.connection(&endpoints[at % 2], ServiceName::Gateway);
        let mut client = FactorServiceClient::new(connection);
        tasks.spawn(async move { client.verify_mfa(request).await.err().map(reason_of) });
    }
    let mut counts = HashMap::new();
    for outcome in tasks.join_all().await {
        *counts.entry(outcome).or_insert(0) += 1;
    }
    second_replica.stop().await.unwrap();
    counts
}

fn answer(mfa_token: &str, proof: MfaProof) -> VerifyMfaRequest {
    VerifyMfaRequest { mfa_token: mfa_token.to_owned(), proof: Some(proof), ..VerifyMfaRequest::default() }
}

/// A person with a second factor, and sign-ins of theirs that wait for it.
struct Waiting {
    auth: Auth,
    ada: Person,
    secret: String,
    codes: Vec<String>,
    tokens: Vec<String>,
}

impl Waiting {
    async fn start(sign_ins: usize) -> Self {
        let auth = Auth::start().await;
        let ada = Person::of(&auth, &auth.register("ada").await);
        let (secret, codes) = ada.enroll(&auth).await;
        auth.advance(30);
        let mut tokens = Vec::new();
        for _ in 0..sign_ins {
            tokens.push(auth.mfa_token("ada").await);
        }
        Self { auth, ada, secret, codes, tokens }
    }

    async fn sessions(&self) -> i64 {
        let count = "SELECT count(*) FROM sessions";
        sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&self.auth.pool().await).await.unwrap()
    }
}

#[tokio::test]
async fn fifty_uses_of_one_mfa_token_give_one_session() {
    let waiting = Waiting::start(1).await;
    let requests = (0..AT_ONCE)
        .map(|at| match waiting.codes.get(at) {
            Some(code) => answer(&waiting.tokens[0], MfaProof::RecoveryCode(code.clone())),
            None => answer(&waiting.tokens[0], MfaProof::Code(code_at(&waiting.auth, &waiting.secret, 0))),
        })
        .collect();
    let counts = at_once(&waiting.auth, requests).await;
    assert_eq!(counts, HashMap::from([(None, 1), (Some(Reason::Unauthenticated), AT_ONCE - 1)]));
    assert_eq!(waiting.sessions().await, 2, "of the registration and of the sign-in");
}

#[tokio::test]
async fn fifty_uses_of_one_code_give_one_session() {
    let waiting = Waiting::start(AT_ONCE / 5).await;
    let code = code_at(&waiting.auth, &waiting.secret, 0);
    let requests = (0..AT_ONCE)
        .map(|at| answer(&waiting.tokens[at % waiting.tokens.len()], MfaProof::Code(code.clone())))
        .collect();
    let counts = at_once(&waiting.auth, requests).await;
    assert_eq!(counts.get(&None), Some(&1), "{counts:?}");
    // The others were told that the code is wrong, until ten had been.
    assert_eq!(counts.get(&Some(Reason::InvalidCode)), Some(&10), "{counts:?}");
    assert_eq!(waiting.sessions().await, 2);
}

#[tokio::test]
async fn fifty_uses_of_one_recovery_code_give_one_session() {
    let waiting = Waiting::start(AT_ONCE / 5).await;
    let requests = (0..AT_ONCE)
        .map(|at| {
            let proof = MfaProof::RecoveryCode(waiting.codes[0].clone());
            answer(&waiting.tokens[at % waiting.tokens.len()], proof)
        })
        .collect();
    let counts = at_once(&waiting.auth, requests).await;
    assert_eq!(counts.get(&None), Some(&1), "{counts:?}");
    assert_eq!(waiting.sessions().await, 2);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL")
        .fetch_one(&waiting.auth.pool().await)
        .await
        .unwrap();
    assert_eq!(left, 9);
}

#[tokio::test]
async fn fifty_first_codes_at_once_turn_the_factor_on_once() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let secret = ada.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap().secret;
    let code = code_at(&auth, &secret, 0);
    let calls = (0..AT_ONCE).map(|_| ada.activate_totp(&code));
    let results = futures_util::future::join_all(calls).await;
    let (given, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(given.len(), 1);
    assert!(refused.into_iter().all(|result| result.unwrap_err().reason == Reason::Conflict));
}

#[tokio::test]
async fn one_code_does_not_serve_a_sign_in_and_a_proof() {
    let waiting = Waiting::start(1).await;
    let code = code_at(&waiting.auth, &waiting.secret, 0);
    let shown = proof(Some(PASSWORD), Some(&code));
    let sign_in = waiting.auth.verify(&waiting.tokens[0], MfaProof::Code(code));
    let (signed_in, replaced) = tokio::join!(sign_in, waiting.ada.replace_codes(shown));
    assert!(signed_in.is_ok() != replaced.is_ok(), "{signed_in:?} {replaced:?}");
}
