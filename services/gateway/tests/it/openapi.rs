//! The OpenAPI document is what the file says, and what is served.

use std::collections::HashSet;

use crate::harness::Alone;

const RECORDED: &str = include_str!("../../openapi.json");

#[test]
fn the_recorded_document_is_that_of_the_handlers() {
    let current = pulse_gateway::http::document().to_pretty_json().expect("JSON");
    let hint = "record it again: cargo run --example openapi -p pulse-gateway";
    assert!(
        RECORDED.trim_end() == current,
        "services/gateway/openapi.json differs from the handlers; {hint}"
    );
}

#[test]
fn every_operation_has_its_own_name_and_every_answer_is_described() {
    let document: serde_json::Value = serde_json::from_str(RECORDED).expect("JSON");
    let mut names = HashSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name), "{name} names two operations");
            assert!(operation["summary"].is_string(), "{method} {path}");
            for (status, response) in operation["responses"].as_object().expect("responses") {
                assert!(
                    response["description"].is_string() || response["$ref"].is_string(),
                    "{method} {path} {status}"
                );
            }
        }
    }
    assert!(names.len() >= 25);
}

#[tokio::test]
async fn the_document_is_served_to_anybody() {
    let gateway = Alone::start().await;
    let response = gateway.request("GET", "/v1/openapi.json").send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "application/json");
    let served: serde_json::Value =
        serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let recorded: serde_json::Value = serde_json::from_str(RECORDED).expect("JSON");
    assert!(served == recorded, "what is served differs from services/gateway/openapi.json");
    gateway.stop().await;
}
