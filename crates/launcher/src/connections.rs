//! `pulse connections`: the live sockets of all gateways, as a table that renews itself, and closing one of them. The gateways
//! are asked over the bus, as they ask one another.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use pulse_events::{Bus, subjects};
use pulse_proto::gateway::v1::{
    CloseConnectionRequest, CloseConnectionResponse, ConnectionCount, ListConnectionsRequest,
    ListConnectionsResponse,
};
use pulse_runtime::Readiness;
use serde::Serialize;

use crate::stack::Stack;
use crate::terminal::{Terminal, harmless};

/// Names the bus of a cluster, as it does for the gateways themselves.
const VARIABLE: &str = "PULSE_GATEWAY_NATS_URL";
/// How long the bus may take to answer at first.
const CONNECT: Duration = Duration::from_secs(5);
/// How often it is looked whether it has.
const CONNECT_CHECK: Duration = Duration::from_millis(20);
/// How long answers are gathered.
const GATHER: Duration = Duration::from_millis(300);
/// From one table to the next, the gathering counted.
const RENEW: Duration = Duration::from_secs(1);
/// What the lines of a table may leave of the terminal.
const LINES_MAX: usize = 40;

/// How the live sockets are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Renewed each second, until Ctrl-C.
    Live,
    /// Once.
    Once,
    /// Once, as a JSON array for other programs.
    Json,
}

/// A line of the table: the sockets of one kind that a user has at one gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Row {
    pod: String,
    user_id: String,
    scope: String,
    transport: String,
    count: u32,
    connection_ids: Vec<String>,
}

/// Shows the live sockets.
///
/// # Errors
/// When the bus does not answer.
pub async fn show(data_dir: &Path, show: Show) -> anyhow::Result<()> {
    let bus = open(data_dir).await?;
    let terminal = Terminal::new();
    match show {
        Show::Json => terminal.say(&serde_json::to_string_pretty(&ask(&bus).await?)?),
        Show::Once => table(&ask(&bus).await?, usize::MAX).iter().for_each(|line| terminal.say(line)),
        Show::Live => loop {
            let next = tokio::time::Instant::now() + RENEW;
            // A bus that is away for a moment ends nothing: the next table may have it again.
            let lines = ask(&bus)
                .await
                .map_or_else(|error| vec![format!("{error:#}")], |rows| table(&rows, LINES_MAX));
            terminal.redraw(&lines);
            tokio::time::sleep_until(next).await;
        },
    }
    Ok(())
}

/// Closes a live socket; its client comes back later.
///
/// # Errors
/// When the bus does not answer, or no gateway has a socket of this name.
pub async fn close(data_dir: &Path, connection_id: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        uuid::Uuid::try_parse(connection_id).is_ok(),
        "`{connection_id}` is no connection; `pulse connections --json` shows their ids"
    );
    let bus = open(data_dir).await?;
    let question = CloseConnectionRequest { connection_id: connection_id.to_owned() };
    let subject = subjects::GATEWAY_CONNECTIONS_CLOSE;
    let answers = bus.gather::<CloseConnectionResponse>(subject, &question, GATHER).await?;
    // The server itself answers with nothing when no gateway listens.
    let closed = answers.into_iter().find(|answer| !answer.pod.is_empty());
    let closed = closed.with_context(|| format!("no gateway has a connection {connection_id}"))?;
    Terminal::new().say(&format!("{connection_id}  closed at {}, of user {}", closed.pod, closed.user_id));
    Ok(())
}

/// Connects to the bus of the cluster that the environment names, else of the stack that runs here.
async fn open(data_dir: &Path) -> anyhow::Result<Bus> {
    let url = match std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()) {
        Some(url) => url,
        None => {
            let stack = Stack::read(data_dir).with_context(|| {
                format!("no stack runs here: start it with `make up`, name its folder by --data-dir, or the bus of a cluster by {VARIABLE}")
            })?;
            stack.nats.url
        }
    };
    let bus = Bus::connect(&url, "pulse", Readiness::default().check("nats", false)).await?;
    let is_there = async {
        while !bus.is_connected() {
            tokio::time::sleep(CONNECT_CHECK).await;
        }
    };
    // No address here: it holds the password.
    tokio::time::timeout(CONNECT, is_there).await.context("the bus does not answer")?;
    Ok(bus)
}

async fn ask(bus: &Bus) -> anyhow::Result<Vec<Row>> {
    let subject = subjects::GATEWAY_CONNECTIONS;
    let answers = bus.gather::<ListConnectionsResponse>(subject, &ListConnectionsRequest {}, GATHER);
    let answers = answers.await.context("the gateways can't be asked")?;
    let mut rows: Vec<_> = answers.into_iter().flat_map(rows_of).collect();
    rows.sort();
    Ok(rows)
}

fn rows_of(answer: ListConnectionsResponse) -> Vec<Row> {
    let ListConnectionsResponse { pod, connections } = answer;
    let row = |found| {
        let ConnectionCount { user_id, scope, transport, count, mut connection_ids } = found;
        connection_ids.sort();
        Row { pod: pod.clone(), user_id, scope, transport, count, connection_ids }
    };
    connections.into_iter().map(row).collect()
}

/// Totals first, then columns as wide as their widest cell, at most so many lines.
fn table(rows: &[Row], lines_max: usize) -> Vec<String> {
    let of = |transport: Option<&str>| -> u64 {
        let counted = rows.iter().filter(|row| transport.is_none_or(|only| row.transport == only));
        counted.map(|row| u64::from(row.count)).sum()
    };
    let users: BTreeSet<_> = rows.iter().map(|row| &row.user_id).collect();
    let mut lines = vec![
        format!(
            "connections: {}  people: {}  sockets: {}  event streams: {}",
            of(None),
            users.len(),
            of(Some("websocket")),
            of(Some("event_stream")),
        ),
        String::new(),
    ];
    let head = ["pod", "user", "scope", "transport", "count"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        [&row.pod, &row.user_id, &row.scope, &row.transport, &row.count.to_string()]
            .map(|cell| harmless(cell))
    });
    let cells: Vec<[String; 5]> = std::iter::once(head).chain(cells).collect();
    let mut widths = [0; 5];
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let shown = cells.iter().take(lines_max.saturating_sub(lines.len()));
    lines.extend(shown.map(|row| {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    }));
    let left_out = (cells.len() + 2).saturating_sub(lines.len());
    if left_out > 0 {
        lines.push(format!("… and {left_out} more; --once shows all"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(pod: &str, user_id: &str, transport: &str, count: u32) -> Row {
        let (pod, user_id, transport) = (pod.to_owned(), user_id.to_owned(), transport.to_owned());
        Row { pod, user_id, scope: "all".to_owned(), transport, count, connection_ids: vec![] }
    }

    #[test]
    fn a_table_has_totals_columns_and_an_end() {
        let rows = [row("gateway-1", "ada", "websocket", 2), row("g\u{1b}2", "grace", "event_stream", 1)];
        let lines = table(&rows, usize::MAX);
        assert_eq!(
            lines,
            [
                "connections: 3  people: 2  sockets: 2  event streams: 1",
                "",
                "pod        user   scope  transport     count",
                "gateway-1  ada    all    websocket     2",
                "g\u{fffd}2        grace  all    event_stream  1",
            ]
        );
        let many = vec![row("gateway-1", "ada", "websocket", 1); 100];
        let cut = table(&many, 12);
        assert_eq!(
            (cut.len(), cut.last().map(String::as_str)),
            (13, Some("… and 91 more; --once shows all"))
        );
    }
}
