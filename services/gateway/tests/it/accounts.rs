//! Accounts at the public door, as far as the gateway decides alone: shapes of bodies, order of errors, origins, and where a
//! browser is sent. What becomes of the calls is in the journeys of `e2e/`.

use crate::harness::{Alone, FRIEND, PUBLIC_URL, refused};

const SESSION: &str = "0190a5c6-7c1f-7000-8000-000000000001";
const FOREIGN: [&str; 3] = ["https://evil.example", "null", "https://chat.example.evil.example"];

#[tokio::test]
async fn bodies_of_accounts_are_strict() {
    let gateway = Alone::start().await;
    for (path, body, expected) in [
        ("/v1/auth/mfa", "{}", vec!["mfa_token required", "code required"]),
        (
            "/v1/auth/mfa",
            r#"{"mfa_token":"t","code":"1","recovery_code":"2"}"#,
            vec!["recovery_code not_allowed"],
        ),
        ("/v1/auth/mfa", r#"{"mfa_token":1,"code":"1"}"#, vec!["mfa_token invalid"]),
        ("/v1/auth/password/forgot", "{}", vec!["email required"]),
        ("/v1/auth/password/forgot", r#"{"email":null,"x":1}"#, vec!["email invalid", "x unknown_field"]),
        ("/v1/auth/password/reset", "{}", vec!["token required", "new_password required"]),
        ("/v1/auth/email/verify", r#"{"token":"a\u0000"}"#, vec!["token invalid"]),
        (
            "/v1/auth/oauth/exchange",
            r#"{"cookie":1,"device_token":"t"}"#,
            vec!["code required", "cookie invalid", "device_token unknown_field"],
        ),
        (
            "/v1/auth/login",
            r#"{"identifier":"a","password":"b","device_token":null}"#,
            vec!["device_token invalid"],
        ),
    ] {
        let (status, code, errors) = refused(gateway.post(path, body).await).await;
        assert_eq!((status, code.as_str()), (422, "validation_failed"), "{path}");
        assert_eq!(errors, expected, "{path} {body}");
    }
    for path in ["/v1/auth/mfa", "/v1/auth/password/forgot", "/v1/auth/oauth/exchange"] {
        let empty = gateway.request("POST", path).send().await.expect("an answer");
        assert_eq!(refused(empty).await.1, "malformed", "{path}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn what_needs_a_session_says_so_before_it_reads_anything() {
    let gateway = Alone::start().await;
    let session = format!("/v1/auth/sessions/{SESSION}");
    let export = format!("/v1/me/export/{SESSION}");
    for (method, path) in [
        ("GET", "/v1/auth/sessions?limit=0"),
        ("DELETE", session.as_str()),
        ("DELETE", "/v1/auth/sessions"),
        ("POST", "/v1/auth/password"),
        ("POST", "/v1/auth/email"),
        ("POST", "/v1/auth/email/resend"),
        ("POST", "/v1/auth/totp"),
        ("DELETE", "/v1/auth/totp"),
        ("POST", "/v1/auth/totp/activate"),
        ("POST", "/v1/auth/totp/recovery-codes"),
        ("POST", "/v1/auth/identities/google"),
        ("DELETE", "/v1/auth/identities/google"),
        ("GET", "/v1/auth/identities"),
        ("GET", "/v1/auth/events"),
        ("GET", "/v1/me"),
        ("PATCH", "/v1/me"),
        ("DELETE", "/v1/me"),
        ("POST", "/v1/me/export"),
        ("GET", export.as_str()),
        ("GET", "/v1/admin/connections?limit=0"),
    ] {
        let request = gateway.request(method, path).header("content-type", "text/plain").body("[");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["www-authenticate"], "Bearer", "{method} {path}");
        assert_eq!(refused(response).await.1, "unauthenticated", "{method} {path}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn calls_that_set_or_use_a_cookie_are_for_our_own_pages() {
    let gateway = Alone::start().await;
    let by_session = format!(r#"{{"session_id":"{SESSION}"}}"#);
    let calls = [
        ("/v1/auth/register", r#"{"cookie":true}"#.to_owned(), "validation_failed"),
        ("/v1/auth/login", r#"{"cookie":true}"#.to_owned(), "validation_failed"),
        ("/v1/auth/oauth/exchange", r#"{"cookie":true}"#.to_owned(), "validation_failed"),
        ("/v1/auth/refresh", by_session.clone(), "unauthenticated"),
        ("/v1/auth/logout", by_session, "unauthenticated"),
        ("/v1/auth/identities/google", "{}".to_owned(), "unauthenticated"),
    ];
    for (path, body, own_code) in &calls {
        let call = |origin: &str| {
            let request = gateway.request("POST", path).header("content-type", "application/json");
            request.header("origin", origin).body(body.clone()).send()
        };
        for foreign in FOREIGN {
            let (status, code, _) = refused(call(foreign).await.expect("an answer")).await;
            assert_eq!((status, code.as_str()), (403, "origin_not_allowed"), "{path} from {foreign}");
        }
        for own in [PUBLIC_URL, FRIEND] {
            assert_eq!(&refused(call(own).await.expect("an answer")).await.1, own_code, "{path} from {own}");
        }
    }
    // Without a cookie a foreign page may ask: it keeps its tokens itself.
    let plain = gateway.request("POST", "/v1/auth/login").header("content-type", "application/json");
    let plain = plain.header("origin", FOREIGN[0]).body("{}").send().await.expect("an answer");
    assert_eq!(refused(plain).await.1, "validation_failed");
    let start = gateway.request("GET", "/v1/auth/oauth/google/start").header("origin", FOREIGN[0]);
    assert_eq!(refused(start.send().await.expect("an answer")).await.1, "origin_not_allowed");
    gateway.stop().await;
}

#[tokio::test]
async fn a_sign_in_returns_to_our_own_pages_alone() {
    let gateway = Alone::start().await;
    let start = async |return_to: &str| {
        let request =
            gateway.request("GET", "/v1/auth/oauth/google/start").query(&[("return_to", return_to)]);
        refused(request.send().await.expect("an answer")).await
    };
    for bad in [
        "",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://chat.example@evil.example",
        "https://evil.example",
        "https://me:pw@chat.example/",
        "/\u{9}/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/chat#code=mine",
        "javascript:alert(1)",
        "http://chat.example/",
        "chat",
    ] {
        let (status, _, errors) = start(bad).await;
        assert_eq!((status, errors), (422, vec!["return_to invalid".to_owned()]), "{bad:?}");
    }
    for good in ["/", "/chat?with=ada", "https://chat.example/a", "https://friend.example"] {
        assert_eq!(start(good).await.1, "unavailable", "{good} is handed on");
    }
    let twice = gateway.request("GET", "/v1/auth/oauth/google/start?return_to=/&return_to=//evil.example");
    assert_eq!(refused(twice.send().await.expect("an answer")).await.2, ["return_to invalid"]);
    gateway.stop().await;
}

#[tokio::test]
async fn a_browser_that_comes_back_is_always_sent_to_a_page() {
    let gateway = Alone::start().await;
    for query in [
        "",
        "?state=",
        "?state=a&state=b",
        "?state=%ff",
        "?state=a%00",
        "?code=x&error=y&iss=%zz",
        "?state=a&code=b",
    ] {
        let request = gateway.request("GET", &format!("/v1/auth/oauth/google/callback{query}"));
        let response = request.header("origin", "null").send().await.expect("an answer");
        assert_eq!(response.status(), 302, "{query}");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let location = response.headers()["location"].to_str().expect("text");
        // Whether a state is known, only auth could tell.
        let expected = if query == "?state=a&code=b" { "/#error=provider_error" } else { "/#error=expired" };
        assert_eq!(location, expected, "{query}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn parameters_that_are_no_utf_8_are_not_valid() {
    let gateway = Alone::start().await;
    let providers = async |query: &str| {
        let request = gateway.request("GET", &format!("/v1/auth/providers?{query}"));
        refused(request.send().await.expect("an answer")).await
    };
    for (query, fault) in [
        ("limit=%ff", "limit invalid"),
        ("limit=", "limit invalid"),
        ("limit=0", "limit too_small"),
        ("limit=101", "limit too_large"),
        ("cursor=", "cursor invalid"),
        ("cursor=%ed%a0%80", "cursor invalid"),
        ("limit=1&limit=1", "limit invalid"),
    ] {
        assert_eq!(providers(query).await.2, [fault], "{query}");
    }
    assert_eq!(providers("unknown=%ff&limit=1").await.1, "unavailable");
    gateway.stop().await;
}

#[tokio::test]
async fn the_configuration_tells_who_may_sign_up_and_who_must_verify() {
    let config = async |settings: &[(&str, &str)]| {
        let gateway = Alone::start_with(settings).await;
        let response = gateway.request("GET", "/v1/config").send().await.expect("an answer");
        let text = response.text().await.expect("a body");
        let config: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        gateway.stop().await;
        (config["allowed_signup"].as_bool(), config["require_verified_email"].as_bool())
    };
    assert_eq!(config(&[]).await, (Some(true), Some(false)));
    let strict = [("PULSE_AUTH_ALLOWED_SIGNUP", "off"), ("PULSE_AUTH_REQUIRE_VERIFIED_EMAIL", "on")];
    assert_eq!(config(&strict).await, (Some(false), Some(true)));
}
