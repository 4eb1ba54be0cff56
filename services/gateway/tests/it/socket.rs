//! Who may not open a socket, as far as the gateway can tell alone. What a socket carries is in the journeys of `e2e/`.

use crate::harness::{Alone, FRIEND, PUBLIC_URL, refused};

/// A request for a socket, complete but for the token.
fn handshake(gateway: &Alone) -> reqwest::RequestBuilder {
    gateway
        .request("GET", "/v1/ws")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

#[tokio::test]
async fn a_foreign_page_is_refused_before_anything_else() {
    let gateway = Alone::start().await;
    for foreign in
        ["https://evil.example", "null", "", "http://chat.example", "https://chat.example.evil.example"]
    {
        let bare = gateway.request("GET", "/v1/ws?scope=nonsense").header("origin", foreign);
        let (status, code, _) = refused(bare.send().await.expect("an answer")).await;
        assert_eq!((status, code.as_str()), (403, "origin_not_allowed"), "{foreign}");
    }
    for own in [PUBLIC_URL, FRIEND] {
        let response = handshake(&gateway).header("origin", own).send().await.expect("an answer");
        assert_eq!(refused(response).await.1, "unauthenticated", "{own} may go on");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_token_is_asked_for_before_the_upgrade_and_the_scope() {
    let gateway = Alone::start().await;
    let plain = gateway.request("GET", "/v1/ws?scope=nonsense").send().await.expect("an answer");
    assert_eq!(plain.headers()["www-authenticate"], "Bearer");
    assert_eq!(refused(plain).await.1, "unauthenticated");
    for offered in ["pulse.v1.json", "pulse.v1.json, bearer.garbled", "bearer."] {
        let response =
            handshake(&gateway).header("sec-websocket-protocol", offered).send().await.expect("an answer");
        assert!(!response.headers().contains_key("sec-websocket-protocol"), "a token is never echoed");
        assert_eq!(refused(response).await.1, "unauthenticated", "{offered}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_is_refused_for_now() {
    let gateway = Alone::start().await;
    // Well-formed, of a key that only auth could tell.
    let token = "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImsxIn0.e30.AAAA";
    let response = handshake(&gateway)
        .header("authorization", format!("Bearer {token}"))
        .send()
        .await
        .expect("an answer");
    assert!(response.headers().contains_key("retry-after"));
    let (status, code, _) = refused(response).await;
    assert_eq!((status, code.as_str()), (503, "unavailable"));
    gateway.stop().await;
}

#[tokio::test]
async fn the_address_of_the_socket_knows_no_other_method() {
    let gateway = Alone::start().await;
    let response = gateway.request("DELETE", "/v1/ws").send().await.expect("an answer");
    assert_eq!(refused(response).await, (405, "method_not_allowed".to_owned(), vec![]));
    gateway.stop().await;
}
