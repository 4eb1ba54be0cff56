//! Who may do what: every operation of the OpenAPI document, asked by eight kinds of people. The expected answers are in
//! `authorisation/table.txt`; an operation without a row fails the build.

mod scene;
mod table;

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::Value;

use self::scene::Scene;
use self::table::{Actor, Row, rows};

const DOCUMENT: &str = include_str!("../../../services/gateway/openapi.json");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// `METHOD /path` of every operation of the document.
fn operations() -> anyhow::Result<BTreeSet<String>> {
    let document: Value = serde_json::from_str(DOCUMENT)?;
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().context("no paths")? {
        let methods = METHODS.iter().filter(|method| item.get(method).is_some());
        operations.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    Ok(operations)
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() -> anyhow::Result<()> {
    let listed: BTreeSet<String> = rows()?.into_iter().map(|row| row.operation).collect();
    let documented = operations()?;
    let missing: Vec<_> = documented.difference(&listed).collect();
    assert!(missing.is_empty(), "say in authorisation/table.txt who may call {missing:#?}");
    let unknown: Vec<_> = listed.difference(&documented).collect();
    assert!(unknown.is_empty(), "the document has no {unknown:#?}");
    Ok(())
}

#[tokio::test]
async fn everybody_gets_from_every_operation_what_the_table_says() -> anyhow::Result<()> {
    let mut scene = Scene::set().await?;
    let mut differences = Vec::new();
    for row in rows()? {
        for (actor, expected) in Actor::ALL.into_iter().zip(&row.expected) {
            let got = ask(&mut scene, &row, actor).await?;
            if !expected.contains(&got) {
                differences.push(format!(
                    "{} in {} by {actor:?}: {got}, not {expected:?}",
                    row.operation, row.place
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    Ok(())
}

/// Asks, and sets the scene again when something changed. The answer as cells of the table are written.
async fn ask(scene: &mut Scene, row: &Row, actor: Actor) -> anyhow::Result<String> {
    let (status, answer) = scene.ask(row, actor).await?;
    if status < 300 && !row.operation.starts_with("GET") {
        scene.restore(row, actor).await.with_context(|| format!("after {} by {actor:?}", row.operation))?;
    }
    Ok(match (status, answer["code"].as_str()) {
        (400.., Some(code)) => format!("{status}:{code}"),
        _ => status.to_string(),
    })
}
