//! The audit log: what is written, who sees it, and that nothing in it changes unseen.

use pulse_proto::auth::v1::audit_service_client::AuditServiceClient;
use pulse_proto::auth::v1::operator_service_client::OperatorServiceClient;
use pulse_proto::auth::v1::{
    ListSecurityEventsRequest, ListSecurityEventsResponse, SetRoleRequest, VerifyAuditLogRequest,
    VerifyAuditLogResponse,
};
use pulse_proto::common::v1::PageRequest;
use pulse_rpc::{Connection, Failure, Principal, Reason, ServiceName};
use pulse_types::{SessionId, SystemClock, UserId};
use sqlx::{AssertSqlSafe, PgPool};

use crate::support::Auth;

/// A running auth whose log holds what the test wrote.
struct Log {
    auth: Auth,
    pool: PgPool,
}

impl Log {
    async fn start() -> Self {
        let auth = Auth::start().await;
        let pool = auth.pool().await;
        Self { auth, pool }
    }

    /// With this many entries: somebody was made operator, and was not, in turn.
    async fn with_entries(count: i64) -> Self {
        let log = Self::start().await;
        log.account("ada").await;
        for number in 0..count {
            log.set_role("ada", number % 2 == 0).await;
        }
        log
    }

    async fn account(&self, username: &str) -> UserId {
        let user_id = UserId::new(&SystemClock);
        sqlx::query("INSERT INTO accounts (user_id, username, created_at) VALUES ($1, $2, now())")
            .bind(user_id.as_uuid())
            .bind(username)
            .execute(&self.pool)
            .await
            .unwrap();
        user_id
    }

    fn operator(&self) -> OperatorServiceClient<Connection> {
        OperatorServiceClient::new(self.auth.connection(ServiceName::Operator))
    }

    async fn set_role(&self, username: &str, granted: bool) {
        let request = SetRoleRequest { username: username.to_owned(), role: "operator".to_owned(), granted };
        self.operator().set_role(request).await.unwrap();
    }

    async fn list(
        &self,
        user_id: UserId,
        limit: u32,
        cursor: &str,
    ) -> Result<ListSecurityEventsResponse, Failure> {
        let mut client = AuditServiceClient::new(self.auth.connection(ServiceName::Gateway));
        let page = Some(PageRequest { limit, cursor: cursor.to_owned() });
        let caller = Principal { user_id, session_id: SessionId::new(&SystemClock) };
        let answer = client.list_security_events(caller.request(ListSecurityEventsRequest { page })).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    async fn verify(&self, anchor: &str) -> VerifyAuditLogResponse {
        let mut client = AuditServiceClient::new(self.auth.connection(ServiceName::Operator));
        let request = VerifyAuditLogRequest { anchor: anchor.to_owned() };
        client.verify_audit_log(request).await.unwrap().into_inner()
    }

    /// Positions of what is wrong.
    async fn broken_at(&self, anchor: &str) -> Vec<u64> {
        self.verify(anchor).await.breaches.iter().map(|breach| breach.position).collect()
    }

    /// Does what only somebody can who owns the database.
    async fn tamper(&self, statements: &str) {
        let all = format!(
            "ALTER TABLE audit_log DISABLE TRIGGER USER; {statements}; ALTER TABLE audit_log ENABLE TRIGGER USER"
        );
        sqlx::raw_sql(AssertSqlSafe(all)).execute(&self.pool).await.unwrap();
    }
}

#[tokio::test]
async fn people_see_their_own_history_newest_first_and_nobody_elses() {
    let log = Log::start().await;
    let (ada, bob) = (log.account("ada").await, log.account("bob").await);
    for (username, granted) in [("ada", true), ("bob", true), ("ada", false), ("ada", true)] {
        log.set_role(username, granted).await;
    }
    log.set_role("ada", true).await;
    let first = log.list(ada, 2, "").await.unwrap();
    let names = |page: &ListSecurityEventsResponse| {
        page.events.iter().map(|event| event.event.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&first), ["role.granted", "role.revoked"], "giving a role twice is not an event");
    let cursor = first.page.unwrap().next_cursor;
    let second = log.list(ada, 2, &cursor).await.unwrap();
    assert_eq!(names(&second), ["role.granted"]);
    assert_eq!(second.page.unwrap().next_cursor, "");
    assert_eq!(log.list(bob, 0, "").await.unwrap().events.len(), 1);

    for (user_id, limit, cursor, field) in [
        (ada, 3, &*cursor, "cursor"),
        (bob, 2, &*cursor, "cursor"),
        (ada, 0, "x", "cursor"),
        (ada, 101, "", "limit"),
    ] {
        let refused = log.list(user_id, limit, cursor).await.unwrap_err();
        assert_eq!(refused.reason, Reason::ValidationFailed);
        assert_eq!(crate::support::faults(&refused).first().map(|fault| fault.0), Some(field));
    }
}

#[tokio::test]
async fn the_log_verifies_and_its_head_is_an_anchor_for_the_next_time() {
    let log = Log::start().await;
    let empty = log.verify("").await;
    assert_eq!((empty.entries, empty.head.as_str(), empty.breaches.len()), (0, "", 0));
    log.account("ada").await;
    log.set_role("ada", true).await;
    let one = log.verify("").await;
    assert_eq!((one.entries, one.breaches.len()), (1, 0));
    assert!(one.head.starts_with("1:"), "{}", one.head);
    log.set_role("ada", false).await;
    assert_eq!(log.verify(&one.head).await.breaches, []);

    let mut client = AuditServiceClient::new(log.auth.connection(ServiceName::Operator));
    let garbled = VerifyAuditLogRequest { anchor: "1:zz".to_owned() };
    let refused = client.verify_audit_log(garbled).await.map_err(Failure::from_status).unwrap_err();
    assert_eq!(crate::support::faults(&refused), [("anchor", "invalid")]);
    let mut gateway = AuditServiceClient::new(log.auth.connection(ServiceName::Gateway));
    let refused = gateway.verify_audit_log(VerifyAuditLogRequest::default()).await.unwrap_err();
    assert_eq!(Failure::from_status(refused).reason, Reason::Forbidden);
}

#[tokio::test]
async fn the_table_refuses_every_change_but_forgetting() {
    let log = Log::with_entries(2).await;
    for statement in [
        "UPDATE audit_log SET event = 'x' WHERE position = 1",
        "UPDATE audit_log SET user_id = NULL WHERE position = 1",
        "UPDATE audit_log SET created_at = now() WHERE position = 1",
        "UPDATE audit_log SET hash = previous_hash WHERE position = 1",
        "UPDATE audit_log SET position = 7 WHERE position = 1",
        "UPDATE audit_log SET ip = '::1' WHERE position = 1",
        "UPDATE audit_log SET ip = NULL, user_agent = NULL, salt = NULL, event = 'x' WHERE position = 1",
        "DELETE FROM audit_log WHERE position = 2",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "TRUNCATE audit_log CASCADE",
    ] {
        let refused = sqlx::query(statement).execute(&log.pool).await.unwrap_err().to_string();
        assert!(refused.contains("audit_log only grows"), "{statement}: {refused}");
    }
    assert_eq!(log.verify("").await.breaches, []);
}

#[tokio::test]
async fn what_was_done_to_the_table_behind_our_back_is_found_where_it_was_done() {
    let log = Log::with_entries(6).await;
    let copies = "CREATE TABLE log AS TABLE audit_log; CREATE TABLE head AS TABLE audit_head";
    sqlx::raw_sql(copies).execute(&log.pool).await.unwrap();
    for (statements, positions) in [
        ("UPDATE audit_log SET event = 'session.started' WHERE position = 3", &[3][..]),
        ("UPDATE audit_log SET user_id = NULL WHERE position = 1", &[1]),
        ("UPDATE audit_log SET user_id = gen_random_uuid() WHERE position = 6", &[6]),
        ("UPDATE audit_log SET created_at = created_at + interval '1 microsecond' WHERE position = 2", &[2]),
        ("UPDATE audit_log SET event_id = gen_random_uuid() WHERE position = 2", &[2]),
        ("UPDATE audit_log SET ip = '203.0.113.7' WHERE position = 4", &[4]),
        ("UPDATE audit_log SET user_agent = 'x' WHERE position = 4", &[4]),
        ("UPDATE audit_log SET details_hash = sha256('x') WHERE position = 5", &[5]),
        ("DELETE FROM audit_log WHERE position = 1", &[1]),
        ("DELETE FROM audit_log WHERE position IN (3, 4)", &[3]),
        ("DELETE FROM audit_log WHERE position > 4", &[5]),
        ("DELETE FROM audit_log", &[1]),
        (
            "UPDATE audit_log SET position = -position WHERE position IN (2, 3);
             UPDATE audit_log SET position = 5 + position WHERE position < 0",
            &[2, 3],
        ),
        ("DELETE FROM audit_head", &[7]),
        ("UPDATE audit_head SET hash = sha256('x')", &[6]),
        ("UPDATE audit_head SET position = 9", &[7]),
        (
            "UPDATE audit_head SET (position, hash) = (SELECT position, hash FROM audit_log WHERE position = 4)",
            &[5],
        ),
    ] {
        assert_eq!(log.verify("").await.breaches, [], "before: {statements}");
        log.tamper(statements).await;
        assert_eq!(log.broken_at("").await, positions, "{statements}");
        log.tamper(
            "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM log;
             DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM head",
        )
        .await;
    }
}

#[tokio::test]
async fn a_cut_tail_whose_head_was_set_back_as_well_is_found_by_an_anchor() {
    let log = Log::with_entries(6).await;
    let anchor = log.verify("").await.head;
    log.tamper(
        "DELETE FROM audit_log WHERE position > 4;
         UPDATE audit_head SET (position, hash) = (SELECT position, hash FROM audit_log WHERE position = 4)",
    )
    .await;
    assert_eq!(log.broken_at("").await, [0; 0], "the chain alone can't tell");
    assert_eq!(log.broken_at(&anchor).await, [5]);
    log.set_role("ada", true).await;
    log.set_role("ada", false).await;
    assert_eq!(log.broken_at(&anchor).await, [6], "nor do new entries hide it");
}

#[tokio::test]
async fn fifty_at_once_give_dense_positions_and_one_chain() {
    let log = Log::start().await;
    for number in 0..50 {
        log.account(&format!("person_{number}")).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..50 {
        let mut operator = log.operator();
        let username = format!("person_{number}");
        tasks.spawn(async move {
            operator.set_role(SetRoleRequest { username, role: "operator".to_owned(), granted: true }).await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    let positions: Vec<i64> = sqlx::query_scalar("SELECT position FROM audit_log ORDER BY position")
        .fetch_all(&log.pool)
        .await
        .unwrap();
    assert_eq!(positions, (1..=50).collect::<Vec<_>>());
    let report = log.verify("").await;
    assert_eq!((report.entries, report.breaches.len()), (50, 0));
}

#[tokio::test]
async fn where_somebody_was_can_be_forgotten_without_breaking_the_chain() {
    let log = Log::with_entries(3).await;
    let bob = log.account("bob").await;
    log.set_role("bob", true).await;
    let mut conn = log.pool.acquire().await.unwrap();
    pulse_auth::ops::audit::forget(&mut conn, bob).await.unwrap();
    pulse_auth::ops::audit::forget(&mut conn, bob).await.unwrap();
    let told: Vec<bool> = sqlx::query_scalar("SELECT salt IS NOT NULL FROM audit_log ORDER BY position")
        .fetch_all(&log.pool)
        .await
        .unwrap();
    assert_eq!(told, [true, true, true, false]);
    assert_eq!(log.list(bob, 0, "").await.unwrap().events.len(), 1);
    assert_eq!(log.verify("").await.breaches, []);
    let back = "UPDATE audit_log SET ip = '::1', user_agent = '', salt = 'x' WHERE position = 4";
    sqlx::query(back).execute(&log.pool).await.unwrap_err();
}

#[tokio::test]
async fn a_log_longer_than_one_page_of_the_verification_is_read_to_its_end() {
    let log = Log::with_entries(1).await;
    // By the service itself, a page and a half of it: what it writes is what must verify.
    sqlx::raw_sql("INSERT INTO accounts (user_id, username, created_at) SELECT gen_random_uuid(), 'person_' || n, now() FROM generate_series(1, 10) n")
        .execute(&log.pool)
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 1..=10 {
        let mut operator = log.operator();
        tasks.spawn(async move {
            for turn in 0..110 {
                let username = format!("person_{number}");
                let granted = turn % 2 == 0;
                let request = SetRoleRequest { username, role: "operator".to_owned(), granted };
                operator.set_role(request).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let report = log.verify("").await;
    assert_eq!((report.entries, report.breaches.len()), (1101, 0));
    assert!(report.head.starts_with("1101:"));
    log.tamper("UPDATE audit_log SET event = 'x' WHERE position IN (1000, 1001, 1101)").await;
    assert_eq!(log.broken_at("").await, [1000, 1001, 1101]);
}
