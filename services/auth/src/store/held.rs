//! What auth itself holds on a person, as the documents of an export: rows as JSON, written by the database, without hashes,
//! secrets and tokens. Lists are read in pages, in the order of their keys.

use pulse_types::UserId;
use sqlx::types::Uuid;

use crate::store::{Conn, StoreError};

/// The key of a session in its list; the default one is before all.
pub type SessionKey = Uuid;

/// A row of a list: its key, and its JSON text.
pub type Row<K> = (K, String);

/// The account; `None` when it is gone.
///
/// # Errors
/// [`StoreError`].
pub async fn find_account(conn: &mut Conn, user_id: UserId) -> Result<Option<String>, StoreError> {
    let json = sqlx::query_scalar!(
        r#"SELECT jsonb_pretty(jsonb_build_object(
             'user_id', a.user_id, 'username', a.username, 'email', a.email, 'email_verified_at', a.email_verified_at,
             'pending_email', a.pending_email, 'has_password', a.password_hash IS NOT NULL, 'roles', a.roles,
             'created_at', a.created_at, 'renamed_at', a.renamed_at,
             'second_factor', (SELECT jsonb_build_object('created_at', f.created_at, 'activated_at', f.activated_at)
                               FROM totp_factors f WHERE f.user_id = a.user_id),
             'unused_recovery_codes', (SELECT count(*) FROM recovery_codes r
                                       WHERE r.user_id = a.user_id AND r.used_at IS NULL)
           )) AS "json!"
           FROM accounts a WHERE a.user_id = $1"#,
        user_id.as_uuid()
    );
    Ok(json.fetch_optional(conn).await?)
}

/// Up to `limit` signed-in devices, ended ones too while they are remembered, after one.
///
/// # Errors
/// [`StoreError`].
pub async fn list_sessions(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Row<Uuid>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT session_id, jsonb_build_object(
             'session_id', session_id, 'method', method, 'user_agent', user_agent, 'ip', ip, 'created_at', created_at,
             'last_used_at', last_used_at, 'expires_at', expires_at, 'ended_at', ended_at)::text AS "json!"
           FROM sessions WHERE user_id = $1 AND session_id > $2 ORDER BY session_id LIMIT $3"#,
        user_id.as_uuid(),
        after,
        limit
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.session_id, row.json)).collect())
}

/// Up to `limit` outside identities, after an issuer.
///
/// # Errors
/// [`StoreError`].
pub async fn list_identities(
    conn: &mut Conn,
    user_id: UserId,
    after: &str,
    limit: i64,
) -> Result<Vec<Row<String>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT issuer, jsonb_build_object(
             'provider', provider_id, 'issuer', issuer, 'subject', subject, 'email', email,
             'created_at', created_at)::text AS "json!"
           FROM identities WHERE user_id = $1 AND issuer > $2 ORDER BY issuer LIMIT $3"#,
        user_id.as_uuid(),
        after,
        limit
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.issuer, row.json)).collect())
}

/// Up to `limit` entries of the security history, after a position.
///
/// # Errors
/// [`StoreError`].
pub async fn list_events(
    conn: &mut Conn,
    user_id: UserId,
    after: i64,
    limit: i64,
) -> Result<Vec<Row<i64>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT position, jsonb_build_object(
             'id', event_id, 'event', event, 'created_at', created_at, 'ip', ip,
             'user_agent', user_agent)::text AS "json!"
           FROM audit_log WHERE user_id = $1 AND position > $2 ORDER BY position LIMIT $3"#,
        user_id.as_uuid(),
        after,
        limit
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.position, row.json)).collect())
}
