//! All that a database holds, as text: what a search for somebody's data goes through.

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Every row of every table, one a line, as `table: values`. Bytes are shown as text where they are text, so that names
/// inside of them are found.
///
/// # Errors
/// When the database can't be read.
pub async fn dump_tables(database_url: &str) -> anyhow::Result<String> {
    let mut conn = PgConnection::connect(database_url).await.context("cannot reach the database")?;
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.table_name::text, string_agg(
                  CASE c.data_type
                    WHEN 'bytea' THEN format('encode(%I, ''escape'')', c.column_name)
                    ELSE format('%I::text', c.column_name)
                  END, ', ' ORDER BY c.ordinal_position)
         FROM information_schema.columns c
         JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
         GROUP BY c.table_name ORDER BY c.table_name",
    )
    .fetch_all(&mut conn)
    .await?;
    let mut dump = String::new();
    for (table, values) in columns {
        let sql = format!("SELECT concat_ws(' | ', {values}) FROM \"{table}\"");
        // The names come from the catalogue, quoted by the server.
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut conn).await?;
        for row in rows {
            dump.push_str(&format!("{table}: {}\n", row.replace('\n', " ")));
        }
    }
    conn.close().await?;
    Ok(dump)
}
