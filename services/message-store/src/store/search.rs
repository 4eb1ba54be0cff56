//! Finding messages by their words.
//!
//! The words stand in one index behind their conversation, so a search looks into one conversation after the other, those
//! with the latest activity first, and stops when it has found enough to choose the best from.

use pulse_types::{ConversationId, MessageId, UserId};
use uuid::Uuid;

use crate::domain::language::Language;
use crate::domain::search::{Places, Token};
use crate::store::{Conn, StoreError};

/// Messages from which the best are chosen, in all.
const CANDIDATES_MAX: i64 = 2000;
/// Of one conversation, by its words, in the order in which they lie; and as many of its newest.
const OF_ONE_MAX: i64 = 500;
/// Newest messages that are looked through in a conversation where a word is common.
const NEWEST_MAX: i64 = 5000;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Who searches.
    pub user_id: UserId,
    /// As they wrote it.
    pub query: &'a str,
    /// The text search configuration of their language.
    pub language: Language,
    /// Only in this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only by this person.
    pub from: Option<UserId>,
}

/// A message that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position.
    pub seq: i64,
    /// Which one; later ones have greater ids.
    pub message_id: MessageId,
    /// How well it matches; more is better.
    pub rank: f32,
}

/// The words of a body.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// In their order.
    pub tokens: Vec<Token>,
    /// What the words are found by.
    pub lexemes: Vec<Places>,
}

/// Lets the statements of a transaction use the index of words, each by a plan for its own words.
///
/// # Errors
/// [`StoreError`].
pub async fn prepare(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query!(
        "SELECT set_config('enable_bitmapscan', 'on', true) AS bitmapscan,
                set_config('plan_cache_mode', 'force_custom_plan', true) AS plans,
                set_config('client_min_messages', 'warning', true) AS messages"
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Puts new entries of the index in their places: a search through many conversations would read them once for each.
///
/// # Errors
/// [`StoreError`].
pub async fn tidy_index(conn: &mut Conn) -> Result<(), StoreError> {
    let tidied = sqlx::query_scalar!(
        "SELECT sum(gin_clean_pending_list(inhrelid::regclass))::bigint
         FROM pg_inherits WHERE inhparent = 'messages_words_idx'::regclass"
    );
    tidied.fetch_one(conn).await?;
    Ok(())
}

/// The locale of somebody; `en` for whoever is not known.
///
/// # Errors
/// [`StoreError`].
pub async fn locale(conn: &mut Conn, user_id: UserId) -> Result<String, StoreError> {
    let locale = sqlx::query_scalar!("SELECT locale FROM people WHERE user_id = $1", user_id.as_uuid());
    Ok(locale.fetch_optional(conn).await?.unwrap_or_else(|| "en".to_owned()))
}

/// What a search asks for, as PostgreSQL reads it; `None` when it has no word that could be found.
///
/// # Errors
/// [`StoreError`].
pub async fn read_query(
    conn: &mut Conn,
    query: &str,
    language: Language,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT q.query::text AS "query!", querytree(q.query) AS "indexed!"
           FROM (SELECT websearch_to_tsquery('simple', $1) || websearch_to_tsquery($2::text::regconfig, $1) AS query) AS q"#,
        query,
        language.as_str(),
    )
    .fetch_one(conn)
    .await?;
    // `T`: it asks for nothing but absent words.
    Ok((!row.indexed.is_empty() && row.indexed != "T").then_some(row.query))
}

/// Messages that match, in no order: all of them, or, when there are too many to choose from, so many of the conversations
/// with the latest activity.
///
/// # Errors
/// [`StoreError`].
pub async fn list_candidates(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    query: &str,
) -> Result<Vec<Candidate>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT h.conversation_id AS "conversation_id!", h.seq AS "seq!", h.message_id AS "message_id!",
                  ts_rank_cd(h.words, $2::text::tsquery) AS "rank!"
           FROM (
               SELECT c.conversation_id
               FROM members mm JOIN conversations c ON c.conversation_id = mm.conversation_id
               WHERE mm.user_id = $1 AND ($3::uuid IS NULL OR mm.conversation_id = $3)
               ORDER BY c.active_at DESC, c.conversation_id DESC
           ) AS mine
           CROSS JOIN LATERAL (
               SELECT m.conversation_id, m.seq, m.message_id, m.words
               FROM messages m
               WHERE m.conversation_id = mine.conversation_id AND m.words @@ $2::text::tsquery
                 AND m.deleted_at IS NULL AND ($4::uuid IS NULL OR m.sender_id = $4)
               LIMIT $5
           ) AS h
           LIMIT $6"#,
        wanted.user_id.as_uuid(),
        query,
        wanted.conversation_id.map(|id| id.as_uuid()) as Option<Uuid>,
        wanted.from.map(|id| id.as_uuid()) as Option<Uuid>,
        OF_ONE_MAX,
        CANDIDATES_MAX,
    )
    .fetch_all(conn)
    .await?;
    let candidates = rows.into_iter().map(|row| Candidate {
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        seq: row.seq,
        message_id: MessageId::from_uuid(row.message_id),
        rank: row.rank,
    });
    Ok(candidates.collect())
}

/// Whether a conversation has given as many candidates as one may.
#[must_use]
pub fn is_full(count: usize) -> bool {
    i64::try_from(count).unwrap_or(i64::MAX) >= OF_ONE_MAX
}

/// Of a conversation that has more than enough matches, those among its newest messages.
///
/// # Errors
/// [`StoreError`].
pub async fn list_newest(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    query: &str,
    conversation_id: ConversationId,
) -> Result<Vec<Candidate>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT m.seq, m.message_id, ts_rank_cd(m.words, $2::text::tsquery) AS "rank!"
           FROM (SELECT seq, message_id, words, sender_id, deleted_at
                 FROM messages WHERE conversation_id = $1
                 ORDER BY seq DESC LIMIT $4) AS m
           WHERE m.words @@ $2::text::tsquery AND m.deleted_at IS NULL
             AND ($3::uuid IS NULL OR m.sender_id = $3)
           ORDER BY m.seq DESC LIMIT $5"#,
        conversation_id.as_uuid(),
        query,
        wanted.from.map(|id| id.as_uuid()) as Option<Uuid>,
        NEWEST_MAX,
        OF_ONE_MAX,
    )
    .fetch_all(conn)
    .await?;
    let candidates = rows.into_iter().map(|row| Candidate {
        conversation_id,
        seq: row.seq,
        message_id: MessageId::from_uuid(row.message_id),
        rank: row.rank,
    });
    Ok(candidates.collect())
}

/// The words of some bodies, each with the configurations by which it may have been found, in their order.
///
/// # Errors
/// [`StoreError`].
pub async fn list_words(
    conn: &mut Conn,
    bodies: &[String],
    languages: &[String],
    language: Language,
) -> Result<Vec<Words>, StoreError> {
    let tokens = sqlx::query!(
        r#"SELECT k.place AS "place!", t.tokid AS "kind!", t.token AS "text!"
           FROM UNNEST($1::text[]) WITH ORDINALITY AS k (body, place)
           CROSS JOIN LATERAL ts_parse('default', k.body) WITH ORDINALITY AS t (tokid, token, number)
           ORDER BY k.place, t.number"#,
        bodies,
    )
    .fetch_all(&mut *conn)
    .await?;
    let lexemes = sqlx::query!(
        r#"SELECT k.place AS "place!", w.lexeme AS "lexeme!", w.positions AS "positions!"
           FROM UNNEST($1::text[], $2::text[]) WITH ORDINALITY AS k (body, language, place)
           CROSS JOIN LATERAL (
               SELECT l.lexeme, l.positions::int[] FROM unnest(to_tsvector('simple', k.body)) AS l
               UNION ALL
               SELECT l.lexeme, l.positions::int[] FROM unnest(to_tsvector(k.language::regconfig, k.body)) AS l
               WHERE k.language <> 'simple'
               UNION ALL
               SELECT l.lexeme, l.positions::int[] FROM unnest(to_tsvector($3::text::regconfig, k.body)) AS l
               WHERE $3 <> k.language AND $3 <> 'simple'
           ) AS w"#,
        bodies,
        languages,
        language.as_str(),
    )
    .fetch_all(conn)
    .await?;
    let mut words = vec![Words::default(); bodies.len()];
    let index = |place: i64| usize::try_from(place - 1).unwrap_or(usize::MAX);
    for row in tokens {
        if let Some(words) = words.get_mut(index(row.place)) {
            words.tokens.push(Token { kind: row.kind, text: row.text });
        }
    }
    for row in lexemes {
        if let Some(words) = words.get_mut(index(row.place)) {
            words.lexemes.push((row.lexeme, row.positions));
        }
    }
    Ok(words)
}

/// The locales of some people, as pairs in no order; people who are not known are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn list_locales(conn: &mut Conn, user_ids: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    let rows = sqlx::query!("SELECT user_id, locale FROM people WHERE user_id = ANY($1)", &user_ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (UserId::from_uuid(row.user_id), row.locale)).collect())
}
