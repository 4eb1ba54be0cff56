//! Reads `table.txt`.

use anyhow::Context as _;

const TABLE: &str = include_str!("table.txt");

/// Who asks; `table.txt` says what each of them is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    Anonymous,
    Stranger,
    Pending,
    Blocked,
    Ex,
    Member,
    Admin,
    Owner,
}

impl Actor {
    /// In the order of the columns.
    pub(super) const ALL: [Self; 8] = [
        Self::Anonymous,
        Self::Stranger,
        Self::Pending,
        Self::Blocked,
        Self::Ex,
        Self::Member,
        Self::Admin,
        Self::Owner,
    ];
}

/// What one operation answers in one place.
#[derive(Debug)]
pub(super) struct Row {
    /// `METHOD /path` as in the document.
    pub(super) operation: String,
    /// Where the ids come from.
    pub(super) place: String,
    /// For each actor what may be answered: `200` or `403:forbidden`.
    pub(super) expected: Vec<Vec<String>>,
}

/// All rows, from top to bottom.
pub(super) fn rows() -> anyhow::Result<Vec<Row>> {
    TABLE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(row).collect()
}

fn row(line: &str) -> anyhow::Result<Row> {
    let words: Vec<_> = line.split_whitespace().collect();
    let [method, path, place, cells @ ..] = words.as_slice() else { anyhow::bail!("`{line}` is no row") };
    anyhow::ensure!(cells.len() == Actor::ALL.len(), "`{line}` has {} cells", cells.len());
    let expected =
        cells.iter().map(|cell| cell.split('|').map(answer).collect()).collect::<Result<_, _>>()?;
    Ok(Row { operation: format!("{method} {path}"), place: (*place).to_owned(), expected })
}

/// Adds the code that need not be written.
fn answer(text: &str) -> anyhow::Result<String> {
    let code = match text.parse::<u16>() {
        Err(_) | Ok(..400) => return Ok(text.to_owned()),
        Ok(400) => "malformed",
        Ok(401) => "unauthenticated",
        Ok(403) => "forbidden",
        Ok(404) => "not_found",
        Ok(409) => "conflict",
        Ok(422) => "validation_failed",
        Ok(_) => return Err(anyhow::anyhow!("{text} has no code of its own")).context("table.txt"),
    };
    Ok(format!("{text}:{code}"))
}
