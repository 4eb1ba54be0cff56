//! `pulse reports list|resolve`: the queue of reports of people, for operators.

use pulse_proto::common::v1::PageRequest;
use pulse_proto::graph::v1::report_service_client::ReportServiceClient;
use pulse_proto::graph::v1::{ListReportsRequest, Report, ResolveReportRequest};
use pulse_rpc::Connection;

use crate::door::Door;
use crate::terminal::{Terminal, harmless};

/// Reports asked for at once.
const PAGE: u32 = 100;

fn client(social_graph: &Door) -> ReportServiceClient<Connection> {
    ReportServiceClient::new(social_graph.connection())
}

/// Prints the reports that wait, or the closed ones, oldest first.
///
/// # Errors
/// When social-graph does not answer or refuses.
pub async fn list(social_graph: &Door, closed: bool) -> anyhow::Result<()> {
    let terminal = Terminal::new();
    let mut cursor = String::new();
    loop {
        let request =
            ListReportsRequest { page: Some(PageRequest { limit: PAGE, cursor }), resolved: closed };
        let answer = client(social_graph).list_reports(request).await;
        let answer = answer.map_err(|status| social_graph.explain(status))?.into_inner();
        for report in &answer.reports {
            lines(report).iter().for_each(|line| terminal.say(line));
        }
        cursor = answer.page.unwrap_or_default().next_cursor;
        if cursor.is_empty() {
            return Ok(());
        }
    }
}

/// Closes a report with a note, or says that it was closed before.
///
/// # Errors
/// When social-graph does not answer, or there is no such report.
pub async fn resolve(social_graph: &Door, report_id: &str, note: String) -> anyhow::Result<()> {
    let request = ResolveReportRequest { report_id: report_id.to_owned(), note };
    let answer = client(social_graph).resolve_report(request).await;
    let answer = answer.map_err(|status| social_graph.explain(status))?.into_inner();
    let outcome = if answer.was_closed { "was closed before; its note stays as it is" } else { "closed" };
    Terminal::new().say(&format!("{report_id}  {outcome}"));
    Ok(())
}

/// A report for the terminal: one line of facts, then what was written. What people wrote can't steer the terminal.
fn lines(report: &Report) -> Vec<String> {
    let since = report.created_at.map(|moment| moment.to_string()).unwrap_or_default();
    let name = if report.username.is_empty() { "(gone)" } else { &report.username };
    let mut facts =
        format!("{}  {since}  {:<13}  {name} {}", report.report_id, report.reason, report.user_id);
    for (what, id) in [("message", &report.message_id), ("by", &report.reporter_id)] {
        if !id.is_empty() {
            facts.push_str(&format!("  {what} {id}"));
        }
    }
    let closed = report.resolved_at.map(|moment| format!("closed {moment}: {}", report.note));
    let texts = Some(report.detail.clone()).filter(|text| !text.is_empty()).into_iter().chain(closed);
    let texts = texts.flat_map(|text| text.lines().map(harmless).collect::<Vec<_>>());
    std::iter::once(facts).chain(texts.map(|line| format!("    {line}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_can_not_steer_the_terminal() {
        let report = Report {
            report_id: "r".to_owned(),
            reporter_id: "b".to_owned(),
            user_id: "a".to_owned(),
            username: "ada".to_owned(),
            reason: "spam".to_owned(),
            detail: "one\u{1b}[2J\ntwo".to_owned(),
            ..Report::default()
        };
        assert_eq!(lines(&report), ["r    spam           ada a  by b", "    one\u{fffd}[2J", "    two"]);
        let gone =
            Report { detail: String::new(), reporter_id: String::new(), username: String::new(), ..report };
        assert_eq!(lines(&gone), ["r    spam           (gone) a"]);
    }
}
