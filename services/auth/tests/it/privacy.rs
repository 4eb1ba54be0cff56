//! Deleting an account, and exports, as auth alone sees them: the services beyond are away. How they play together is in
//! `e2e/tests/it/privacy.rs`.

use std::time::Duration;

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::privacy_service_client::PrivacyServiceClient;
use pulse_rpc::{Connection, Failure, Principal, Reason, ServiceName};
use pulse_testkit::{dump_tables, eventually};
use pulse_types::ExportId;

use crate::support::{Auth, PASSWORD, account, reason_of, registration};

const SOON: Duration = Duration::from_secs(10);
const AGENT: &str = "CanaryAgent/3.1";

impl Auth {
    fn privacy(&self) -> PrivacyServiceClient<Connection> {
        PrivacyServiceClient::new(self.connection(ServiceName::Gateway))
    }

    async fn delete(&self, of: &proto::SessionGrant, password: &str) -> Result<(), Failure> {
        let request = proto::DeleteAccountRequest {
            proof: Some(proto::Proof { password: Some(password.to_owned()), code: None }),
            erase_messages: true,
            client: Some(proto::ClientInfo { user_agent: AGENT.to_owned(), ip: "203.0.113.9".to_owned() }),
        };
        let answer = self.privacy().delete_account(principal(of).request(request)).await;
        answer.map(|_| ()).map_err(Failure::from_status)
    }

    async fn start_export(&self, of: &proto::SessionGrant) -> Result<String, Failure> {
        let request = principal(of).request(proto::StartExportRequest { client: None });
        let answer = self.privacy().start_export(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().export_id)
    }

    async fn get_export(&self, of: &proto::SessionGrant, export_id: &str) -> Result<bool, Failure> {
        let request = principal(of).request(proto::GetExportRequest { export_id: export_id.to_owned() });
        let answer = self.privacy().get_export(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().ready)
    }
}

fn principal(grant: &proto::SessionGrant) -> Principal {
    let user_id = account(grant).user_id.parse().unwrap();
    Principal { user_id, session_id: grant.session_id.parse().unwrap() }
}

/// A person with traces in every table that a password leads to.
async fn ada(auth: &Auth) -> proto::SessionGrant {
    let client = Some(proto::ClientInfo { user_agent: AGENT.to_owned(), ip: "203.0.113.9".to_owned() });
    let request = proto::RegisterRequest {
        display_name: Some("Canary Name".to_owned()),
        client,
        ..registration("canary")
    };
    auth.try_register(request).await.unwrap()
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_here_but_what_is_documented() {
    let auth = Auth::start().await;
    let grant = ada(&auth).await;
    let other = auth.login("canary", PASSWORD).await.unwrap();
    assert_eq!(auth.delete(&grant, "not the password").await.unwrap_err().reason, Reason::InvalidCredentials);
    auth.delete(&grant, PASSWORD).await.unwrap();

    for grant in [&grant, &other] {
        assert_eq!(auth.refresh(&grant.refresh_token).await.unwrap_err().reason, Reason::Unauthenticated);
        assert_eq!(auth.delete(grant, PASSWORD).await.unwrap_err().reason, Reason::SessionRevoked);
    }
    assert_eq!(auth.login("canary", PASSWORD).await.unwrap_err().reason, Reason::InvalidCredentials);
    assert_eq!(
        auth.login("canary@example.org", PASSWORD).await.unwrap_err().reason,
        Reason::InvalidCredentials
    );
    let dump = dump_tables(auth.database.url()).await.unwrap();
    for trace in ["canary", "Canary Name", AGENT, "203.0.113.9"] {
        let lines: Vec<_> = dump.lines().filter(|line| line.contains(trace)).collect();
        assert!(lines.is_empty(), "{trace}: {lines:#?}");
    }
    // The id alone is left: in the chain of the audit log, in the memory of the erasure, in events that end sessions.
    let user_id = &account(&grant).user_id;
    let mut tables: Vec<_> = dump
        .lines()
        .filter(|line| line.contains(user_id.as_str()))
        .filter_map(|line| line.split(':').next())
        .collect();
    tables.dedup();
    assert_eq!(tables, ["audit_log", "erasures", "outbox"], "{dump}");

    // The name is nobody's for 30 days, the address is free at once.
    let taken = auth.try_register(registration("canary")).await.unwrap_err();
    assert_eq!(taken.reason, Reason::UsernameTaken);
    let mut request = registration("other_bird");
    request.email = "canary@example.org".to_owned();
    auth.try_register(request).await.unwrap();
    auth.advance(30 * 24 * 3600 + 1);
    auth.register("canary").await;
}

#[tokio::test]
async fn the_last_mail_says_goodbye_and_all_others_that_wait_are_gone() {
    let auth = Auth::start().await;
    let grant = ada(&auth).await;
    let to = "canary@example.org";
    auth.mails(to, "verify_email", 1).await;
    let pool = auth.pool().await;
    sqlx::query("UPDATE accounts SET email_verified_at = created_at").execute(&pool).await.unwrap();
    // One that waits for its next attempt.
    let waiting = "INSERT INTO mails (mail_id, user_id, kind, sealed_message, created_at, next_attempt_at, expires_at)
                   SELECT gen_random_uuid(), user_id, 'verify_email', '', created_at, 'infinity', 'infinity' FROM accounts";
    sqlx::query(waiting).execute(&pool).await.unwrap();
    auth.delete(&grant, PASSWORD).await.unwrap();
    auth.mails(to, "account_deleted", 1).await;
    let empty = || async {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM mails").fetch_one(&pool).await.unwrap();
        (count == 0).then_some(())
    };
    eventually(SOON, empty).await.unwrap();
}

#[tokio::test]
async fn an_erasure_waits_for_services_that_are_away_and_survives_the_end_of_the_process() {
    let mut auth = Auth::start().await;
    let grant = ada(&auth).await;
    auth.delete(&grant, PASSWORD).await.unwrap();
    let pool = auth.pool().await;
    let attempts = || async {
        let row: (i32, String, bool) =
            sqlx::query_as("SELECT attempts, coalesce(last_error, ''), finished_at IS NULL FROM erasures")
                .fetch_one(&pool)
                .await
                .unwrap();
        row
    };
    let tried = || async {
        Some(attempts().await).filter(|(attempts, error, _)| *attempts >= 1 && !error.is_empty())
    };
    let (_, error, is_open) = eventually(SOON, tried).await.unwrap();
    assert!(is_open && !error.contains("canary"), "{error}");
    // The next process goes on when the pause is over, not before.
    let next = auth.world.spawn().await;
    std::mem::replace(&mut auth.replica, next).stop().await.unwrap();
    let before = attempts().await.0;
    auth.advance(600);
    eventually(SOON, || async { (attempts().await.0 > before).then_some(()) }).await.unwrap();
}

#[tokio::test]
async fn one_export_at_a_time_and_nobody_elses() {
    let auth = Auth::start().await;
    let grant = ada(&auth).await;
    let export_id = auth.start_export(&grant).await.unwrap();
    assert!(!auth.get_export(&grant, &export_id).await.unwrap(), "the other services are away");
    let refused = auth.start_export(&grant).await.unwrap_err();
    assert_eq!(refused.reason, Reason::RateLimited);
    assert!(refused.retry_after.is_some());

    let bob = auth.register("bob").await;
    assert_eq!(auth.get_export(&bob, &export_id).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(auth.get_export(&grant, "no id").await.unwrap_err().reason, Reason::NotFound);
    let request = principal(&grant).request(proto::ReadExportRequest { export_id: export_id.clone() });
    assert_eq!(reason_of(auth.privacy().read_export(request).await.unwrap_err()), Reason::Conflict);

    // It goes with the account.
    auth.delete(&grant, PASSWORD).await.unwrap();
    let exports: i64 =
        sqlx::query_scalar("SELECT count(*) FROM exports").fetch_one(&auth.pool().await).await.unwrap();
    assert_eq!(exports, 0);
}

#[tokio::test]
async fn a_finished_export_is_read_in_order_and_gone_after_a_day() {
    let auth = Auth::start().await;
    let grant = ada(&auth).await;
    let export_id: ExportId = auth.start_export(&grant).await.unwrap().parse().unwrap();
    let pool = auth.pool().await;
    // Finished by hand: what makes it is elsewhere.
    for (position, chunk) in [(0, "first "), (1, "second")] {
        sqlx::query("INSERT INTO export_chunks (export_id, position, chunk) VALUES ($1, $2, $3)")
            .bind(export_id.as_uuid())
            .bind(position)
            .bind(chunk.as_bytes())
            .execute(&pool)
            .await
            .unwrap();
    }
    let now = pulse_types::Clock::now(&auth.world.clock);
    sqlx::query("UPDATE exports SET ready_at = $1, size = 12, expires_at = $2, attempts = attempts + 1")
        .bind(now)
        .bind(now + time::Duration::hours(24))
        .execute(&pool)
        .await
        .unwrap();
    let export_id = export_id.to_string();
    assert!(auth.get_export(&grant, &export_id).await.unwrap());
    let request = principal(&grant).request(proto::ReadExportRequest { export_id: export_id.clone() });
    let mut stream = auth.privacy().read_export(request).await.unwrap().into_inner();
    let mut read = Vec::new();
    while let Some(piece) = stream.message().await.unwrap() {
        read.push(String::from_utf8(piece.chunk).unwrap());
    }
    assert_eq!(read, ["first ", "second"]);
    auth.advance(24 * 3600);
    assert_eq!(auth.get_export(&grant, &export_id).await.unwrap_err().reason, Reason::NotFound);
}
