//! Attacks on the flow of a real provider: each is refused and leaves neither session nor identity nor code.

use pulse_proto::auth::v1::StartFlowResponse;
use pulse_proto::auth::v1::finish_flow_response::Outcome;
use pulse_testkit::{OidcCallback, OidcProvider};
use reqwest::Url;
use serde_json::json;

use crate::oidc::{Desk, RETURN_TO, failed, redirect_uris};
use crate::oidc_forger::Forger;

/// A provider `corp`, a desk, a victim's flow that came back from the provider, and an attacker's.
struct Scene {
    provider: OidcProvider,
    desk: Desk,
    victim: Visit,
    attacker: Visit,
}

struct Visit {
    flow: StartFlowResponse,
    back: OidcCallback,
}

impl Scene {
    async fn set() -> Self {
        let provider = OidcProvider::start(&redirect_uris(&["corp", "club"]), true).await.unwrap();
        provider.set_account("victim", json!({})).unwrap();
        provider.set_account("attacker", json!({})).unwrap();
        let desk = Desk::start(provider.settings("CORP")).await;
        let victim = visit(&desk, &provider, "victim").await;
        let attacker = visit(&desk, &provider, "attacker").await;
        Self { provider, desk, victim, attacker }
    }

    /// The victim's browser brings this back; nothing may come of it.
    async fn refused(&self, back: &OidcCallback, browser_token: &str, error: &str) {
        assert_eq!(self.desk.finish("corp", back, browser_token).await, failed(error), "{back:?}");
        assert_eq!(self.desk.counts().await, [0; 4]);
    }

    /// The same, when the flow is not known.
    async fn unknown(&self, back: &OidcCallback, browser_token: &str) {
        let answer = self.desk.try_finish("corp", back, browser_token).await.unwrap();
        assert_eq!(answer, ("/".to_owned(), failed("expired")), "{back:?}");
    }
}

async fn visit(desk: &Desk, provider: &OidcProvider, login: &str) -> Visit {
    let flow = desk.begin("corp").await;
    let back = provider.sign_in(&flow.authorization_url, login).await.unwrap();
    Visit { flow, back }
}

/// The address with other parameters; an absent value takes one away.
fn with(url: &str, changes: &[(&str, Option<&str>)]) -> String {
    let old = Url::parse(url).unwrap();
    let mut new = old.clone();
    new.query_pairs_mut().clear().extend_pairs(old.query_pairs().filter_map(|(name, value)| {
        let change = changes.iter().find(|(changed, _)| *changed == name);
        match change {
            Some((_, None)) => None,
            Some((_, Some(other))) => Some((name.into_owned(), (*other).to_owned())),
            None => Some((name.into_owned(), value.into_owned())),
        }
    }));
    new.into()
}

#[tokio::test]
async fn a_state_that_is_unknown_or_swapped_or_of_another_browser_is_expired() {
    let scene = Scene::set().await;
    let Visit { flow, back } = &scene.victim;
    let other = OidcCallback { state: "A".repeat(43), ..back.clone() };
    scene.unknown(&other, &flow.browser_token).await;
    for garbage in ["", "x", "a b", &back.state[..42], &format!("{}A", back.state), "\0"] {
        scene.unknown(&OidcCallback { state: garbage.to_owned(), ..back.clone() }, &flow.browser_token).await;
    }
    // The attacker's answer, put before the victim's browser: they would be signed in as the attacker.
    let theirs = &scene.attacker;
    scene.refused(&theirs.back, &flow.browser_token, "expired").await;
    let swapped = OidcCallback { state: theirs.back.state.clone(), ..back.clone() };
    scene.refused(&swapped, &flow.browser_token, "expired").await;
    // No cookie, a garbled one, another browser's.
    for cookie in ["", "pulse_ob_", &flow.browser_token[..50], &theirs.flow.browser_token] {
        scene.refused(back, cookie, "expired").await;
    }
    // None of it spoiled the victim's own flow.
    let outcome = scene.desk.finish("corp", back, &flow.browser_token).await;
    assert!(matches!(outcome, Outcome::Code(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_state_is_used_once_and_for_ten_minutes() {
    let scene = Scene::set().await;
    let Visit { flow, back } = &scene.victim;
    let outcome = scene.desk.finish("corp", back, &flow.browser_token).await;
    assert!(matches!(outcome, Outcome::Code(_)), "{outcome:?}");
    scene.unknown(back, &flow.browser_token).await;
    scene.desk.auth.advance(601);
    let Visit { flow, back } = &scene.attacker;
    scene.unknown(back, &flow.browser_token).await;
}

#[tokio::test]
async fn callbacks_at_once_with_one_state_give_one_code() {
    let scene = Scene::set().await;
    let Visit { flow, back } = &scene.victim;
    let finish = || scene.desk.try_finish("corp", back, &flow.browser_token);
    let (a, b, c, d) = tokio::join!(finish(), finish(), finish(), finish());
    let codes = [a, b, c, d].into_iter().filter(|answer| matches!(answer, Ok((_, Outcome::Code(_)))));
    assert_eq!(codes.count(), 1);
    assert_eq!(scene.desk.counts().await, [0, 0, 0, 1]);
}

#[tokio::test]
async fn another_sessions_code_is_no_proof() {
    let scene = Scene::set().await;
    let Visit { flow, back } = &scene.victim;
    // The attacker stole the victim's code and ends their own flow with it, and the other way round.
    let stolen = OidcCallback { code: back.code.clone(), ..scene.attacker.back.clone() };
    scene.refused(&stolen, &scene.attacker.flow.browser_token, "provider_error").await;
    let injected = OidcCallback { code: scene.attacker.back.code.clone(), ..back.clone() };
    scene.refused(&injected, &flow.browser_token, "provider_error").await;
}

#[tokio::test]
async fn a_code_of_the_provider_is_no_proof_a_second_time() {
    let scene = Scene::set().await;
    let Visit { flow, back } = &scene.victim;
    let outcome = scene.desk.finish("corp", back, &flow.browser_token).await;
    assert!(matches!(outcome, Outcome::Code(_)), "{outcome:?}");
    let pool = scene.desk.auth.pool().await;
    sqlx::query("DELETE FROM oauth_codes").execute(&pool).await.unwrap();
    let replayed = OidcCallback { code: back.code.clone(), ..scene.attacker.back.clone() };
    scene.refused(&replayed, &scene.attacker.flow.browser_token, "provider_error").await;
}

#[tokio::test]
async fn a_code_of_another_client_is_no_proof() {
    let scene = Scene::set().await;
    let flow = scene.desk.begin("corp").await;
    let url = with(&flow.authorization_url, &[("client_id", Some(scene.provider.other_client_id()))]);
    let back = scene.provider.sign_in(&url, "victim").await.unwrap();
    assert!(!back.code.is_empty());
    scene.refused(&back, &flow.browser_token, "provider_error").await;
}

#[tokio::test]
async fn a_flow_without_its_own_challenge_comes_to_nothing() {
    let scene = Scene::set().await;
    // The attacker's challenge in the place of ours: they know its verifier, we do not.
    let flow = scene.desk.begin("corp").await;
    let theirs = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let url = with(&flow.authorization_url, &[("code_challenge", Some(theirs))]);
    let back = scene.provider.sign_in(&url, "victim").await.unwrap();
    assert!(!back.code.is_empty());
    scene.refused(&back, &flow.browser_token, "provider_error").await;
    // None at all, or in the clear: the provider itself says no.
    for changes in [
        &[("code_challenge", None), ("code_challenge_method", None)][..],
        &[("code_challenge_method", Some("plain"))],
    ] {
        let flow = scene.desk.begin("corp").await;
        let url = with(&flow.authorization_url, changes);
        let back = scene.provider.sign_in(&url, "victim").await.unwrap();
        assert_eq!(back.error, "invalid_request");
        scene.refused(&back, &flow.browser_token, "provider_error").await;
    }
}

#[tokio::test]
async fn a_nonce_of_another_flow_is_no_proof() {
    let scene = Scene::set().await;
    for nonce in [Some("another"), None] {
        let flow = scene.desk.begin("corp").await;
        let url = with(&flow.authorization_url, &[("nonce", nonce)]);
        let back = scene.provider.sign_in(&url, "victim").await.unwrap();
        assert!(!back.code.is_empty());
        scene.refused(&back, &flow.browser_token, "provider_error").await;
    }
}

#[tokio::test]
async fn an_answer_of_another_issuer_or_of_none_is_refused() {
    let scene = Scene::set().await;
    let trailing = format!("{}/", scene.provider.issuer());
    for issuer in ["https://evil.example", &trailing, ""] {
        let Visit { flow, back } = visit(&scene.desk, &scene.provider, "victim").await;
        assert_eq!(back.issuer, scene.provider.issuer(), "it announces RFC 9207");
        let mixed = OidcCallback { issuer: issuer.to_owned(), ..back };
        scene.refused(&mixed, &flow.browser_token, "provider_error").await;
    }
}

#[tokio::test]
async fn errors_of_the_provider_are_told_in_our_words() {
    let scene = Scene::set().await;
    let cases = [
        ("access_denied", "", "access_denied"),
        ("server_error", "", "provider_error"),
        ("login_required", "", "provider_error"),
        ("<script>", "", "provider_error"),
        // With a code beside it: the error wins.
        ("access_denied", "x", "access_denied"),
        ("", "", "provider_error"),
        ("", "garbage", "provider_error"),
    ];
    for (error, code, expected) in cases {
        let flow = scene.desk.begin("corp").await;
        let state = Url::parse(&flow.authorization_url).unwrap();
        let state = state.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let issuer = scene.provider.issuer().to_owned();
        let back = OidcCallback { code: code.to_owned(), state, error: error.to_owned(), issuer };
        scene.refused(&back, &flow.browser_token, expected).await;
    }
}

#[tokio::test]
async fn what_came_from_one_provider_is_nothing_at_the_callback_of_another() {
    let one = OidcProvider::start(&redirect_uris(&["corp", "club"]), true).await.unwrap();
    // The other one is the attacker's: it would like to have the code.
    let two = Forger::start().await;
    one.set_account("a", json!({})).unwrap();
    let desk = Desk::start([one.settings("CORP"), two.settings("CLUB")].concat()).await;
    for issuer in [one.issuer(), two.issuer(), ""] {
        let flow = desk.begin("corp").await;
        let back = one.sign_in(&flow.authorization_url, "a").await.unwrap();
        let back = OidcCallback { issuer: issuer.to_owned(), ..back };
        assert_eq!(desk.finish("club", &back, &flow.browser_token).await, failed("provider_error"));
        // It is over by that.
        let (return_to, outcome) = desk.try_finish("corp", &back, &flow.browser_token).await.unwrap();
        assert_ne!(return_to, RETURN_TO);
        assert_eq!(outcome, failed("expired"));
    }
    assert_eq!(two.plan(|plan| plan.token_requests), 0, "the code went to nobody else");
    assert_eq!(desk.counts().await, [0; 4]);
}
