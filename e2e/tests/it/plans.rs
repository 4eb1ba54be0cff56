//! The plans of PostgreSQL for the queries of message-store: none reads a whole table on the way of a person's request.
//!
//! The queries are read from the sources; the plans are generic ones, as prepared statements have them, on 10,000
//! conversations with ten messages each.

use anyhow::Context as _;
use pulse_testkit::{Stack, StackOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::people::sign_up;

const LOAD: &str = include_str!("../../benches/load.sql");
const STORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../services/message-store/src/store");
/// Tables that grow with use.
const LARGE: [&str; 3] = ["messages", "members", "conversations"];
/// Files with queries that nobody waits for.
const BEHIND: [&str; 3] = ["erasure.rs", "export.rs", "discard.rs"];

/// The queries of people's requests, with the files in which they stand.
fn queries() -> anyhow::Result<Vec<(String, String)>> {
    let mut queries = Vec::new();
    for entry in std::fs::read_dir(STORE)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("no name")?.to_owned();
        if !path.is_file() || BEHIND.contains(&name.as_str()) {
            continue;
        }
        let source = std::fs::read_to_string(&path)?;
        for call in source.split("sqlx::query").skip(1) {
            let (before, raw) = call.split_once('"').with_context(|| format!("{name}: no text in {call}"))?;
            let end = if before.ends_with("r#") { "\"#" } else { "\"" };
            let query = raw.split(end).next().unwrap_or_default();
            queries.push((name.clone(), query.replace("\\\n", "\n")));
        }
    }
    queries.sort();
    Ok(queries)
}

/// Whether a query can be explained: statements of the session can't.
fn has_plan(query: &str) -> bool {
    let begins = query.trim_start().to_uppercase();
    ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].iter().any(|word| begins.starts_with(word))
}

#[tokio::test]
async fn no_query_of_a_person_reads_a_whole_table() -> anyhow::Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let description = stack.description()?;
    let ada = sign_up(&description.url, "ada").await?;
    let mut url = reqwest::Url::parse(&description.postgres.url)?;
    url.set_path("messages");
    let mut conn = PgConnection::connect(url.as_str()).await?;
    let load = LOAD
        .replace(":user", &format!("'{}'::uuid", ada.user_id()))
        .replace(":conversations", "10000")
        .replace(":messages", "10");
    sqlx::raw_sql(AssertSqlSafe(load)).execute(&mut conn).await?;

    let mut explained = 0;
    let mut scans = Vec::new();
    for (name, query) in queries()?.into_iter().filter(|(_, query)| has_plan(query)) {
        let explain = AssertSqlSafe(format!("EXPLAIN (GENERIC_PLAN) {query}"));
        let rows =
            sqlx::raw_sql(explain).fetch_all(&mut conn).await.with_context(|| format!("{name}: {query}"))?;
        let lines = rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<Vec<_>, _>>()?;
        explained += 1;
        let is_whole = |line: &&String| {
            let scanned = line.split("Seq Scan on ").nth(1).and_then(|rest| rest.split(' ').next());
            // Partitions are named messages_00 and so on.
            scanned.is_some_and(|table| LARGE.iter().any(|large| table.starts_with(large)))
        };
        if lines.iter().any(|line| is_whole(&line)) {
            scans.push(format!("{name}: {query}\n{}", lines.join("\n")));
        }
    }
    assert!(explained > 20, "{explained} plans: the queries were not found");
    assert!(
        scans.is_empty(),
        "{} of {explained} queries read a whole table:\n{}",
        scans.len(),
        scans.join("\n\n")
    );
    Ok(())
}
