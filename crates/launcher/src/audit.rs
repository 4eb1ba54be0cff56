//! `pulse audit verify`: whether the audit log is whole.

use pulse_proto::auth::v1::audit_service_client::AuditServiceClient;
use pulse_proto::auth::v1::{VerifyAuditLogRequest, VerifyAuditLogResponse};

use crate::door::Door;
use crate::terminal::Terminal;

/// Lets auth verify the whole log and prints what it found; `true` when it is whole. `anchor` is the head that an earlier
/// verification printed.
///
/// # Errors
/// When auth does not answer, or the anchor is none.
pub async fn verify(auth: &Door, anchor: Option<String>) -> anyhow::Result<bool> {
    let request = VerifyAuditLogRequest { anchor: anchor.unwrap_or_default() };
    let answer = AuditServiceClient::new(auth.patient_connection()).verify_audit_log(request).await;
    let report = answer.map_err(|status| auth.explain(status))?.into_inner();
    let terminal = Terminal::new();
    for breach in &report.breaches {
        terminal.warn(&format!("entry {}: {}", breach.position, breach.detail));
    }
    summary(&report).into_iter().for_each(|line| terminal.say(&line));
    Ok(report.breaches.is_empty())
}

/// What is said in the end: of a broken log no anchor, since it would vouch for what is wrong.
fn summary(report: &VerifyAuditLogResponse) -> Vec<String> {
    let VerifyAuditLogResponse { entries, head, breaches } = report;
    match (breaches.is_empty(), head.as_str()) {
        (false, _) => {
            vec![format!("the audit log is broken: {} breaches in {entries} entries", breaches.len())]
        }
        (true, "") => vec!["the audit log is empty".to_owned()],
        (true, head) => vec![format!("the audit log is whole: {entries} entries"), format!("anchor {head}")],
    }
}

#[cfg(test)]
mod tests {
    use pulse_proto::auth::v1::AuditBreach;

    use super::*;

    #[test]
    fn only_a_whole_log_gives_an_anchor() {
        let whole = VerifyAuditLogResponse { entries: 2, head: "2:ab".to_owned(), breaches: vec![] };
        assert_eq!(summary(&whole), ["the audit log is whole: 2 entries", "anchor 2:ab"]);
        let breaches = vec![AuditBreach { position: 1, detail: "altered".to_owned() }];
        let broken = summary(&VerifyAuditLogResponse { breaches, ..whole });
        assert_eq!(broken, ["the audit log is broken: 1 breaches in 2 entries"]);
        assert_eq!(summary(&VerifyAuditLogResponse::default()), ["the audit log is empty"]);
    }
}
