//! An issuer that lies: real HTTP and keys of its own, and whatever an attacker would put into its answers.

use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, hmac};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pulse_testkit::{OidcCallback, free_listener};
use pulse_types::{Clock as _, SystemClock};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

pub(crate) const CLIENT_ID: &str = "pulse";
pub(crate) const CLIENT_SECRET: &str = "a client secret of some length";
const ACCESS_TOKEN: &str = "an-access-token";

/// With what an ID token is signed.
pub(crate) enum Seal {
    /// The key that the issuer shows.
    Own,
    /// One that it does not show.
    Other,
    /// HMAC-SHA-256 with these bytes.
    Shared(Vec<u8>),
    /// Nothing.
    Nothing,
}

/// An ID token before it is signed; good as it comes.
pub(crate) struct Draft {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) seal: Seal,
    /// Changes the signed text.
    pub(crate) tamper: fn(String) -> String,
}

/// What the token endpoint answers.
pub(crate) enum Answer {
    /// Tokens, the ID token as drafted.
    Tokens(Box<dyn Fn(&mut Draft) + Send>),
    /// This JSON.
    Json(Value),
    /// A redirect to the issuer's own endpoint for honest answers.
    Redirect,
    /// As many bytes.
    Bytes(usize),
}

/// What the issuer does; honest as it comes.
pub(crate) struct Plan {
    /// Changes the announcement.
    pub(crate) announce: Box<dyn Fn(&mut Value) + Send>,
    /// Changes the keys.
    pub(crate) keys: Box<dyn Fn(&mut Value) + Send>,
    pub(crate) answer: Answer,
    pub(crate) user_info: Value,
    /// How often the keys were asked for.
    pub(crate) key_fetches: usize,
    /// How often the announcement was asked for.
    pub(crate) announcements: usize,
    /// How often a code was brought to it.
    pub(crate) token_requests: usize,
    nonce: Value,
}

struct Shared {
    issuer: String,
    own: KeyPair,
    other: KeyPair,
    plan: Mutex<Plan>,
}

/// The issuer; gone when dropped.
pub(crate) struct Forger {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Forger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Forger {
    pub(crate) async fn start() -> Self {
        let listener = free_listener().await.unwrap();
        let plan = Plan {
            announce: Box::new(|_| {}),
            keys: Box::new(|_| {}),
            answer: Answer::Tokens(Box::new(|_| {})),
            user_info: json!({}),
            key_fetches: 0,
            announcements: 0,
            token_requests: 0,
            nonce: Value::Null,
        };
        let shared = Arc::new(Shared {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            own: KeyPair::generate(KeySize::Rsa2048).unwrap(),
            other: KeyPair::generate(KeySize::Rsa2048).unwrap(),
            plan: Mutex::new(plan),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(announcement))
            .route("/jwks", get(keys))
            .route("/token", post(tokens))
            .route("/honest", get(honest).post(honest))
            .route("/me", get(user_info))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, task }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    /// Settings of a service that uses it under this id, in capitals.
    pub(crate) fn settings(&self, id: &str) -> Vec<(String, String)> {
        let pairs = [("ISSUER", self.issuer()), ("CLIENT_ID", CLIENT_ID), ("CLIENT_SECRET", CLIENT_SECRET)];
        pairs.map(|(name, value)| (format!("PULSE_AUTH_OIDC_{id}_{name}"), value.to_owned())).to_vec()
    }

    pub(crate) fn plan<T>(&self, change: impl FnOnce(&mut Plan) -> T) -> T {
        change(&mut self.shared.plan.lock().unwrap())
    }

    /// The public key as PEM and as DER: what could pass for a shared secret.
    pub(crate) fn public_key_texts(&self) -> [Vec<u8>; 2] {
        let der = spki(&self.shared.own);
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
        [pem.into_bytes(), der]
    }

    /// The browser comes, and goes back at once.
    pub(crate) fn visit(&self, authorization_url: &str) -> OidcCallback {
        let url = Url::parse(authorization_url).unwrap();
        let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        self.plan(|plan| plan.nonce = nonce.into());
        let state = OidcCallback::read(&url).state;
        OidcCallback { code: "code".to_owned(), state, ..OidcCallback::default() }
    }
}

impl Shared {
    fn draft(&self, nonce: Value) -> Draft {
        let now = SystemClock.now().unix_timestamp();
        let claims = json!({
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "mallory", "nonce": nonce, "iat": now, "exp": now + 300,
            "at_hash": at_hash(ACCESS_TOKEN), "email": "mallory@example.org", "email_verified": true,
        });
        let header = json!({ "alg": "RS256", "kid": "own", "typ": "JWT" });
        Draft { header, claims, seal: Seal::Own, tamper: |token| token }
    }

    fn sign(&self, draft: &Draft) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&draft.header), part(&draft.claims));
        let rsa = |key: &KeyPair| {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
            signature
        };
        let signature = match &draft.seal {
            Seal::Own => rsa(&self.own),
            Seal::Other => rsa(&self.other),
            Seal::Shared(secret) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes()).as_ref().to_vec()
            }
            Seal::Nothing => Vec::new(),
        };
        (draft.tamper)(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// `at_hash` of RS256: the left half of SHA-256 (OpenID Connect Core 1.0 section 3.1.3.6).
pub(crate) fn at_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, token.as_bytes()).as_ref()[..16])
}

fn spki(key: &KeyPair) -> Vec<u8> {
    let der: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    der.as_ref().to_vec()
}

/// A key as JWK. The DER of a key of 2048 bits ends in its modulus, two bytes of DER and its exponent of three.
pub(crate) fn jwk(kid: &str, der: &[u8]) -> Value {
    let (rest, exponent) = der.split_at(der.len() - 3);
    let modulus = &rest[rest.len() - 2 - 256..rest.len() - 2];
    let encode = |bytes| URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": encode(modulus), "e": encode(exponent) })
}

async fn announcement(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut plan = shared.plan.lock().unwrap();
    plan.announcements += 1;
    let issuer = &shared.issuer;
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    });
    (plan.announce)(&mut document);
    Json(document)
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut plan = shared.plan.lock().unwrap();
    plan.key_fetches += 1;
    let mut document = json!({ "keys": [jwk("own", &spki(&shared.own))] });
    (plan.keys)(&mut document);
    Json(document)
}

async fn tokens(State(shared): State<Arc<Shared>>) -> Response {
    let mut plan = shared.plan.lock().unwrap();
    plan.token_requests += 1;
    match &plan.answer {
        Answer::Tokens(forge) => token_answer(&shared, &plan, forge),
        Answer::Json(value) => Json(value.clone()).into_response(),
        Answer::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, format!("{}/honest", shared.issuer))])
                .into_response()
        }
        Answer::Bytes(count) => {
            ([(CONTENT_TYPE, "application/json")], " ".repeat(*count) + "{}").into_response()
        }
    }
}

async fn honest(State(shared): State<Arc<Shared>>) -> Response {
    let plan = shared.plan.lock().unwrap();
    token_answer(&shared, &plan, &|_| {})
}

fn token_answer(shared: &Shared, plan: &Plan, forge: &dyn Fn(&mut Draft)) -> Response {
    let mut draft = shared.draft(plan.nonce.clone());
    forge(&mut draft);
    let answer = json!({
        "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 300, "id_token": shared.sign(&draft),
    });
    Json(answer).into_response()
}

async fn user_info(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.plan.lock().unwrap().user_info.clone())
}
