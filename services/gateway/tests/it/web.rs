//! The web client's files.

use crate::harness::{Alone, refused};

#[tokio::test]
async fn files_are_served_and_the_page_for_whoever_navigates() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("assets")).expect("a folder");
    std::fs::write(folder.path().join("index.html"), "<title>page</title>").expect("a file");
    std::fs::write(folder.path().join("assets/app-1a2b.js"), "plain").expect("a file");
    std::fs::write(folder.path().join("assets/app-1a2b.js.br"), "packed").expect("a file");
    let gateway =
        Alone::start_with(&[("PULSE_GATEWAY_WEB_DIR", folder.path().to_str().expect("text"))]).await;
    let get = |path: &str, accept: &str| gateway.request("GET", path).header("accept", accept).send();

    for path in ["/", "/index.html", "/chat/1"] {
        let page = get(path, "text/html,*/*;q=0.8").await.expect("an answer");
        assert_eq!(page.headers()["cache-control"], "no-cache");
        let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
        for rule in ["script-src 'self'", "object-src 'none'", "frame-ancestors 'none'"] {
            assert!(policy.split("; ").any(|part| part.trim() == rule), "{policy}");
        }
        assert_eq!(page.text().await.expect("a body"), "<title>page</title>", "{path}");
    }
    let script = get("/assets/app-1a2b.js", "*/*").await.expect("an answer");
    assert_eq!(script.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(script.text().await.expect("a body"), "plain");
    let packed = gateway
        .request("GET", "/assets/app-1a2b.js")
        .header("accept-encoding", "br")
        .send()
        .await
        .expect("an answer");
    assert_eq!(packed.headers()["content-encoding"], "br");

    for path in ["/assets/gone.js", "/chat/1", "/../Cargo.toml"] {
        assert_eq!(refused(get(path, "*/*").await.expect("an answer")).await.0, 404, "{path}");
    }
    assert_eq!(refused(get("/v1/nowhere", "text/html").await.expect("an answer")).await.0, 404);
    let written = gateway.request("POST", "/chat/1").send().await.expect("an answer");
    assert_eq!(written.headers()["allow"], "GET,HEAD");
    assert_eq!(refused(written).await.0, 405);
    gateway.stop().await;
}
