//! What every answer carries, and which error wins.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{Alone, FRIEND, PUBLIC_URL, refused};

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn every_answer_carries_the_headers_of_section_1() {
    let gateway = Alone::start().await;
    for path in ["/v1/config", "/v1/nowhere", "/v1/me"] {
        let request =
            gateway.request("GET", path).header("x-request-id", "mine").header("traceparent", CALLER);
        let response = request.send().await.expect("an answer");
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(headers.contains_key("strict-transport-security"), "the public URL is https");
        assert_eq!(headers["x-request-id"].to_str().expect("text").as_bytes()[14], b'7', "a UUIDv7 of ours");
        let traceparent = headers["traceparent"].to_str().expect("text");
        assert!(
            traceparent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && traceparent != CALLER,
            "{traceparent}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_configuration_tells_what_is_down() {
    let gateway = Alone::start().await;
    let response = gateway.request("GET", "/v1/config").send().await.expect("an answer");
    let config: serde_json::Value =
        serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    assert_eq!(config["url"], PUBLIC_URL);
    assert_eq!(config["audience"], "pulsechat");
    assert_eq!(config["limits"]["frame_max_bytes"], 65536);
    assert_eq!(
        config["degraded"],
        serde_json::json!(["auth", "message_store", "nats", "redis", "social_graph"])
    );
    gateway.stop().await;
}

#[tokio::test]
async fn paths_and_methods_are_refused_first() {
    let gateway = Alone::start().await;
    let unknown = gateway.request("GET", "/v1/nowhere").send().await.expect("an answer");
    assert_eq!(refused(unknown).await.0, 404);
    let wrong = gateway.request("PATCH", "/v1/users/x/follow").send().await.expect("an answer");
    let mut allowed: Vec<_> = wrong.headers()["allow"]
        .to_str()
        .expect("text")
        .split(',')
        .map(|part| part.trim().to_owned())
        .collect();
    allowed.sort();
    assert_eq!(allowed, ["DELETE", "POST"]);
    assert_eq!(refused(wrong).await.1, "method_not_allowed");
    gateway.stop().await;
}

#[tokio::test]
async fn a_token_is_asked_for_before_the_body_is_read() {
    let gateway = Alone::start().await;
    for token in [None, Some("Bearer garbled"), Some("Basic x")] {
        let mut request =
            gateway.request("POST", "/v1/conversations").header("content-type", "text/plain").body("[");
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(refused(response).await.1, "unauthenticated");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn bodies_are_refused_by_type_size_and_shape_in_this_order() {
    let gateway = Alone::start().await;
    let plain = gateway
        .request("POST", "/v1/auth/login")
        .header("content-type", "text/plain")
        .body("x".repeat(70_000));
    assert_eq!(refused(plain.send().await.expect("an answer")).await.0, 415);
    let packed = gateway
        .request("POST", "/v1/auth/login")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    assert_eq!(refused(packed.body("{}").send().await.expect("an answer")).await.0, 415);
    for path in ["/v1/config", "/v1/openapi.json", "/.well-known/jwks.json"] {
        let packed = gateway.request("GET", path).header("content-encoding", "gzip");
        assert_eq!(refused(packed.send().await.expect("an answer")).await.0, 415, "{path}");
    }
    assert_eq!(refused(gateway.post("/v1/auth/login", "x".repeat(65_537)).await).await.1, "too_large");
    for malformed in [
        &b"[]"[..],
        b"",
        b"{",
        br#"{"identifier":"a","identifier":"b"}"#,
        b"{\"identifier\":\"\xff\"}",
        br#"{"identifier":"\ud800"}"#,
    ] {
        assert_eq!(
            refused(gateway.post("/v1/auth/login", malformed).await).await.1,
            "malformed",
            "{malformed:?}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn all_faults_of_a_body_are_told_at_once() {
    let gateway = Alone::start().await;
    let body = r#"{"username":1,"password":"a\u0000b","remember":"yes","display_name":null,"extra":true}"#;
    let (status, code, errors) = refused(gateway.post("/v1/auth/register", body).await).await;
    assert_eq!((status, code.as_str()), (422, "validation_failed"));
    assert_eq!(
        errors,
        [
            "username invalid",
            "email required",
            "password invalid",
            "display_name invalid",
            "remember invalid",
            "extra unknown_field"
        ]
    );
    let (_, code, errors) = refused(gateway.post("/v1/auth/refresh", "{}").await).await;
    assert_eq!((code.as_str(), errors), ("validation_failed", vec!["refresh_token required".to_owned()]));
    gateway.stop().await;
}

#[tokio::test]
async fn what_needs_a_service_that_is_down_is_unavailable() {
    let gateway = Alone::start().await;
    let response = gateway.post("/v1/auth/login", r#"{"identifier":"ada","password":"correct horse"}"#).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(refused(response).await.1, "unavailable");
    let keys = gateway.request("GET", "/.well-known/jwks.json").send().await.expect("an answer");
    assert_eq!(refused(keys).await.1, "unavailable");
    gateway.stop().await;
}

#[tokio::test]
async fn cookies_are_for_our_own_pages() {
    let gateway = Alone::start().await;
    let body = r#"{"identifier":"ada","password":"correct horse","cookie":true,"extra":1}"#;
    let login =
        || gateway.request("POST", "/v1/auth/login").header("content-type", "application/json").body(body);
    for foreign in ["https://evil.example", "null"] {
        let response = login().header("origin", foreign).send().await.expect("an answer");
        assert_eq!(refused(response).await.1, "origin_not_allowed", "before 422");
    }
    for own in [PUBLIC_URL, FRIEND] {
        let response = login().header("origin", own).send().await.expect("an answer");
        assert_eq!(refused(response).await.1, "validation_failed");
    }
    let session = r#"{"session_id":"0190a5c6-7c1f-7000-8000-000000000001"}"#;
    assert_eq!(
        refused(gateway.post("/v1/auth/refresh", session).await).await.1,
        "unauthenticated",
        "no cookie"
    );
    assert_eq!(
        refused(gateway.post("/v1/auth/logout", session).await).await.1,
        "unauthenticated",
        "no cookie"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn only_allowed_origins_get_cors_headers() {
    let gateway = Alone::start().await;
    for (origin, is_allowed) in
        [(PUBLIC_URL, true), (FRIEND, true), ("https://evil.example", false), ("null", false)]
    {
        let preflight = gateway
            .request("OPTIONS", "/v1/me")
            .header("origin", origin)
            .header("access-control-request-method", "PATCH");
        let preflight = preflight.send().await.expect("an answer");
        let plain =
            gateway.request("GET", "/v1/me").header("origin", origin).send().await.expect("an answer");
        if is_allowed {
            assert_eq!(preflight.status(), 204);
            assert_eq!(preflight.headers()["access-control-max-age"], "600");
            assert_eq!(preflight.headers()["access-control-allow-credentials"], "true");
            assert!(
                preflight.headers()["access-control-allow-methods"].to_str().expect("text").contains("PATCH")
            );
            assert!(
                preflight.headers()["access-control-allow-headers"]
                    .to_str()
                    .expect("text")
                    .contains("Last-Event-ID")
            );
            assert_eq!(plain.headers()["access-control-allow-origin"], origin);
            assert!(
                plain.headers()["access-control-expose-headers"]
                    .to_str()
                    .expect("text")
                    .contains("Idempotent-Replayed")
            );
        }
        for response in [&preflight, &plain] {
            let names = response.headers().keys().filter(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(names.count() > 0, is_allowed, "{origin}");
            assert!(response.headers().get_all("vary").iter().any(|value| value == "Origin"));
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_longer_than_a_first_request_may_take() {
    let gateway = Alone::start().await;
    let url = gateway.url("");
    let mut connection =
        tokio::net::TcpStream::connect(url.trim_start_matches("http://")).await.expect("a connection");
    for pause in [0, 12] {
        tokio::time::sleep(std::time::Duration::from_secs(pause)).await;
        connection.write_all(b"GET /v1/config HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("open");
        let mut answer = vec![0; 16 * 1024];
        let length = connection.read(&mut answer).await.expect("open");
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK"), "after {pause} s: {length} bytes");
    }
    gateway.stop().await;
}
