//! ID tokens and answers that an attacker makes: none of them signs anybody in.

use std::collections::BTreeMap;

use pulse_proto::auth::v1::finish_flow_response::Outcome;
use pulse_rpc::Reason;
use serde_json::{Value, json};

use crate::oidc::{Desk, failed, session};
use crate::oidc_forger::{Answer, CLIENT_ID, CLIENT_SECRET, Draft, Forger, Seal, at_hash, jwk};
use crate::support::account;

type Announce = fn(&mut Value);
type Forgery = Box<dyn Fn(&mut Draft) + Send>;

async fn forger() -> (Forger, Desk) {
    let forger = Forger::start().await;
    let desk = Desk::start(forger.settings("EVIL")).await;
    (forger, desk)
}

async fn visit(forger: &Forger, desk: &Desk) -> Outcome {
    let flow = desk.begin("evil").await;
    desk.finish("evil", &forger.visit(&flow.authorization_url), &flow.browser_token).await
}

async fn is_taken(forger: &Forger, desk: &Desk) {
    let outcome = visit(forger, desk).await;
    assert!(matches!(outcome, Outcome::Code(_)), "{outcome:?}");
}

/// Sets a claim, or takes it away.
fn claim(name: &'static str, value: Value) -> Forgery {
    Box::new(move |draft| match &value {
        Value::Null => drop(draft.claims.as_object_mut().unwrap().remove(name)),
        value => draft.claims[name] = value.clone(),
    })
}

/// Moves a moment.
fn moved(name: &'static str, seconds: i64) -> Forgery {
    Box::new(move |draft| draft.claims[name] = (draft.claims["iat"].as_i64().unwrap() + seconds).into())
}

fn header(name: &'static str, value: Value) -> Forgery {
    Box::new(move |draft| draft.header[name] = value.clone())
}

/// Signed with a shared secret.
fn shared(alg: &'static str, secret: Vec<u8>) -> Forgery {
    Box::new(move |draft| {
        draft.header["alg"] = alg.into();
        draft.seal = Seal::Shared(secret.clone());
    })
}

fn sealed(alg: &'static str, seal: fn() -> Seal) -> Forgery {
    Box::new(move |draft| {
        draft.header["alg"] = alg.into();
        draft.seal = seal();
    })
}

fn tampered(tamper: fn(String) -> String) -> Forgery {
    Box::new(move |draft| draft.tamper = tamper)
}

fn parties(aud: Value, azp: Value) -> Forgery {
    Box::new(move |draft| {
        draft.claims["aud"] = aud.clone();
        if !azp.is_null() {
            draft.claims["azp"] = azp.clone();
        }
    })
}

fn forgeries(forger: &Forger) -> BTreeMap<&'static str, Forgery> {
    let [pem, der] = forger.public_key_texts();
    BTreeMap::from([
        ("another issuer", claim("iss", json!("https://accounts.google.com"))),
        ("an issuer with a slash more", claim("iss", json!(format!("{}/", forger.issuer())))),
        ("no issuer", claim("iss", Value::Null)),
        ("another audience", claim("aud", json!("other"))),
        ("no audience", claim("aud", Value::Null)),
        ("an empty list of audiences", claim("aud", json!([]))),
        ("several audiences without azp", parties(json!([CLIENT_ID, "other"]), Value::Null)),
        ("several audiences and another azp", parties(json!([CLIENT_ID, "other"]), json!("other"))),
        ("one audience and another azp", parties(json!(CLIENT_ID), json!("other"))),
        ("another nonce", claim("nonce", json!("another"))),
        ("no nonce", claim("nonce", Value::Null)),
        ("expired", moved("exp", -180)),
        ("no end", claim("exp", Value::Null)),
        ("issued in the future", moved("iat", 3600)),
        ("issued long ago", moved("iat", -3600)),
        ("no time of issue", claim("iat", Value::Null)),
        ("HS256 with the public key, PEM", shared("HS256", pem)),
        ("HS256 with the public key, DER", shared("HS256", der)),
        ("HS256 with the client secret", shared("HS256", CLIENT_SECRET.as_bytes().to_vec())),
        ("HS512 by name", shared("HS512", CLIENT_SECRET.as_bytes().to_vec())),
        ("alg none without a signature", sealed("none", || Seal::Nothing)),
        ("alg none with a signature", sealed("none", || Seal::Own)),
        ("alg NONE", sealed("NONE", || Seal::Nothing)),
        ("no signature", sealed("RS256", || Seal::Nothing)),
        ("a key that is not shown", sealed("RS256", || Seal::Other)),
        ("another algorithm of the same key", header("alg", json!("PS256"))),
        ("an algorithm of another kind of key", header("alg", json!("ES256"))),
        ("an unknown kid", header("kid", json!("unknown"))),
        ("a key for encryption", header("kid", json!("encrypts"))),
        ("a key of another algorithm", header("kid", json!("ps256"))),
        ("a shared key among the public ones", {
            Box::new(|draft: &mut Draft| {
                draft.header = json!({ "alg": "HS256", "kid": "shared" });
                draft.seal = Seal::Shared(b"shared".to_vec());
            })
        }),
        ("a critical header", header("crit", json!(["b64"]))),
        ("a nested token", header("cty", json!("JWT"))),
        ("a key in the header", {
            Box::new(|draft: &mut Draft| {
                draft.header["jwk"] = json!({ "kty": "oct", "k": "c2hhcmVk" });
                draft.seal = Seal::Shared(b"shared".to_vec());
            })
        }),
        ("another signature", tampered(|token| token[..token.len() - 8].to_owned() + "AAAAAAAA")),
        ("other claims", tampered(|token| token.replacen('.', ".e", 1))),
        ("two parts", tampered(|token| token.rsplit_once('.').unwrap().0.to_owned())),
        ("no subject", claim("sub", Value::Null)),
        ("an empty subject", claim("sub", json!(""))),
        ("a long subject", claim("sub", json!("s".repeat(256)))),
        ("a subject that is a number", claim("sub", json!(7))),
        ("a subject with U+0000", claim("sub", json!("a\0b"))),
        ("at_hash of another access token", claim("at_hash", json!(at_hash("another")))),
    ])
}

#[tokio::test]
async fn no_forged_id_token_signs_anybody_in() {
    let (forger, desk) = forger().await;
    // Keys that must not be used, beside the good one; two of them are copies of it.
    let [_, der] = forger.public_key_texts();
    forger.plan(|plan| {
        plan.keys = Box::new(move |document| {
            let keys = document["keys"].as_array_mut().unwrap();
            let mut encrypts = jwk("encrypts", &der);
            encrypts["use"] = json!("enc");
            let mut ps256 = jwk("ps256", &der);
            ps256["alg"] = json!("PS256");
            let shared = json!({ "kty": "oct", "kid": "shared", "k": "c2hhcmVk" });
            keys.extend([encrypts, ps256, shared]);
        });
    });
    is_taken(&forger, &desk).await;
    let forgeries = forgeries(&forger);
    assert!(forgeries.len() >= 40);
    let mut taken = Vec::new();
    for (name, forgery) in forgeries {
        forger.plan(|plan| plan.answer = Answer::Tokens(forgery));
        if visit(&forger, &desk).await != failed("provider_error") {
            taken.push(name);
        }
    }
    assert_eq!(taken, [""; 0]);
    assert_eq!(desk.counts().await, [0, 0, 0, 1], "that of the good token alone");
    forger.plan(|plan| plan.answer = Answer::Tokens(Box::new(|_| {})));
    is_taken(&forger, &desk).await;
    let fetches = forger.plan(|plan| plan.key_fetches);
    assert_eq!(fetches, 1, "unknown keys make us ask once in 30 s, and we have just asked");
}

#[tokio::test]
async fn good_tokens_of_other_shapes_are_taken() {
    let (forger, desk) = forger().await;
    let shapes: [Forgery; 5] = [
        parties(json!([CLIENT_ID]), Value::Null),
        parties(json!([CLIENT_ID, "other"]), json!(CLIENT_ID)),
        claim("at_hash", Value::Null),
        // Clocks differ by up to a minute.
        moved("exp", -30),
        moved("iat", 30),
    ];
    for shape in shapes {
        forger.plan(|plan| plan.answer = Answer::Tokens(shape));
        is_taken(&forger, &desk).await;
    }
}

#[tokio::test]
async fn new_keys_are_asked_for_at_most_once_in_half_a_minute() {
    let (forger, desk) = forger().await;
    is_taken(&forger, &desk).await;
    let [_, der] = forger.public_key_texts();
    let rotate = |kid: &'static str| {
        let der = der.clone();
        forger.plan(|plan| {
            plan.keys = Box::new(move |document| document["keys"] = json!([jwk(kid, &der)]));
            plan.answer = Answer::Tokens(header("kid", json!(kid)));
        });
    };
    rotate("second");
    for _ in 0..3 {
        assert_eq!(visit(&forger, &desk).await, failed("provider_error"));
    }
    assert_eq!(forger.plan(|plan| plan.key_fetches), 1);
    desk.auth.advance(31);
    is_taken(&forger, &desk).await;
    assert_eq!(forger.plan(|plan| plan.key_fetches), 2);
    is_taken(&forger, &desk).await;
    assert_eq!(forger.plan(|plan| (plan.key_fetches, plan.announcements)), (2, 2));
}

#[tokio::test]
async fn an_announcement_that_can_not_be_right_begins_no_flow() {
    let cases: [(&str, Announce); 7] = [
        ("another issuer", |document| document["issuer"] = json!("https://accounts.google.com")),
        ("an issuer with a slash", |document| {
            document["issuer"] = json!(format!("{}/", document["issuer"].as_str().unwrap()));
        }),
        ("keys elsewhere by http", |document| document["jwks_uri"] = json!("http://idp.example/jwks")),
        ("tokens elsewhere by http", |document| document["token_endpoint"] = json!("http://idp.example/t")),
        ("a login that is a script", |document| document["authorization_endpoint"] = json!("javascript:x")),
        ("nothing", |document| *document = json!({})),
        ("too much", |document| document["filler"] = json!("x".repeat(300_000))),
    ];
    let (forger, desk) = forger().await;
    for (name, announce) in cases {
        forger.plan(|plan| plan.announce = Box::new(announce));
        let refused = desk.try_begin(None, "evil", "").await.unwrap_err();
        assert_eq!(refused.reason, Reason::Unavailable, "{name}");
    }
    assert_eq!(forger.plan(|plan| plan.announcements), 7, "each was asked for");
    forger.plan(|plan| plan.announce = Box::new(|_| {}));
    is_taken(&forger, &desk).await;
}

#[tokio::test]
async fn other_answers_of_the_token_endpoint_sign_nobody_in() {
    let (forger, desk) = forger().await;
    let token = json!({ "access_token": "a", "token_type": "Bearer" });
    let answers = [
        ("a redirect", Answer::Redirect),
        ("too much", Answer::Bytes(300_000)),
        ("no ID token", Answer::Json(token)),
        (
            "an ID token that is none",
            Answer::Json(json!({ "access_token": "a", "token_type": "Bearer", "id_token": 7 })),
        ),
        ("an error", Answer::Json(json!({ "error": "invalid_grant" }))),
        ("a list", Answer::Json(json!([]))),
    ];
    for (name, answer) in answers {
        forger.plan(|plan| plan.answer = answer);
        assert_eq!(visit(&forger, &desk).await, failed("provider_error"), "{name}");
    }
    assert_eq!(desk.counts().await, [0; 4]);
}

#[tokio::test]
async fn user_info_of_somebody_else_is_refused() {
    let (forger, desk) = forger().await;
    forger.plan(|plan| {
        plan.answer = Answer::Tokens(claim("email", Value::Null));
        plan.user_info = json!({ "sub": "somebody else", "email": "x@example.org", "email_verified": true });
    });
    assert_eq!(visit(&forger, &desk).await, failed("provider_error"));
    forger.plan(|plan| plan.user_info["sub"] = json!("mallory"));
    let Outcome::Code(code) = visit(&forger, &desk).await else { panic!("no code") };
    let made = session(desk.exchange(&code).await.unwrap());
    assert_eq!((account(&made).email.as_str(), account(&made).email_verified), ("x@example.org", true));
}
