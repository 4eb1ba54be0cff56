//! Who may not open an event stream, as far as the gateway can tell alone, and the documents and the page. What a stream carries is
//! in the journeys of `e2e/`.

use crate::harness::{Alone, FRIEND, refused};

#[tokio::test]
async fn a_token_is_asked_for_before_anything_else() {
    let gateway = Alone::start().await;
    for path in ["/v1/events", "/v1/events?scope=nonsense", "/v1/events?since="] {
        let response = gateway.request("GET", path).send().await.expect("an answer");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(refused(response).await.1, "unauthenticated", "{path}");
    }
    // As sockets take it from browsers; here it counts for nothing.
    let offered = gateway.request("GET", "/v1/events").header("sec-websocket-protocol", "bearer.token");
    assert_eq!(refused(offered.send().await.expect("an answer")).await.1, "unauthenticated");
    gateway.stop().await;
}

#[tokio::test]
async fn pages_of_friends_may_say_where_they_stand() {
    let gateway = Alone::start().await;
    let preflight = gateway
        .request("OPTIONS", "/v1/events")
        .header("origin", FRIEND)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization,last-event-id");
    let response = preflight.send().await.expect("an answer");
    assert_eq!(response.status(), 204);
    let allowed = response.headers()["access-control-allow-headers"].to_str().expect("text").to_lowercase();
    assert!(allowed.contains("authorization") && allowed.contains("last-event-id"), "{allowed}");
    gateway.stop().await;
}

#[tokio::test]
async fn streams_are_only_read() {
    let gateway = Alone::start().await;
    let response = gateway.request("POST", "/v1/events").send().await.expect("an answer");
    assert_eq!(refused(response).await, (405, "method_not_allowed".to_owned(), vec![]));
    gateway.stop().await;
}

#[tokio::test]
async fn the_document_of_the_frames_is_served_to_anybody() {
    let gateway = Alone::start().await;
    let response = gateway.request("GET", "/v1/asyncapi.json").send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "application/json");
    let served: serde_json::Value =
        serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let recorded: serde_json::Value =
        serde_json::from_str(include_str!("../../asyncapi.json")).expect("JSON");
    assert!(served == recorded, "what is served differs from services/gateway/asyncapi.json");
    gateway.stop().await;
}

#[tokio::test]
async fn the_page_comes_with_all_its_files_and_asks_nobody_else() {
    let gateway = Alone::start().await;
    let mut waiting = vec!["/v1/docs".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop() {
        let response = gateway.request("GET", &path).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().expect("text");
        for rule in ["script-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "connect-src 'self'"]
        {
            assert!(policy.split("; ").any(|part| part.trim() == rule), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["cache-control"], "no-cache");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let text = response.text().await.expect("a body");
        // The name of a language is no address that is asked.
        let text = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{path} names another place");
        seen.push(path);
        let named = text.split('"').filter_map(|part| match part.strip_prefix("./") {
            Some(file) => Some(format!("/v1/docs/{file}")),
            None => part.starts_with("/v1/docs/").then(|| part.to_owned()),
        });
        for file in named {
            if !seen.contains(&file) && !waiting.contains(&file) {
                waiting.push(file);
            }
        }
    }
    assert_eq!(seen.len(), 9, "{seen:?}");
    let nowhere = gateway.request("GET", "/v1/docs/nowhere.js").send().await.expect("an answer");
    assert_eq!(refused(nowhere).await.0, 404);
    gateway.stop().await;
}
