//! The folder in which mails end up when no SMTP server is set.

use anyhow::Context as _;
use pulse_testkit::Stack;

use crate::people::until;

/// A mail as it was written, with its soft line breaks undone.
pub(crate) struct Letter {
    text: String,
}

impl Letter {
    /// The token of the link it holds.
    pub(crate) fn token(&self) -> anyhow::Result<String> {
        let (_, rest) = self.text.split_once("#token=").context("no link")?;
        let is_token = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        Ok(rest.chars().take_while(is_token).collect())
    }
}

/// Mails of a kind to an address, oldest first.
pub(crate) fn letters(stack: &Stack, kind: &str, to: &str) -> anyhow::Result<Vec<Letter>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(stack.description()?.mail_dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            let text = std::fs::read_to_string(&path)?.replace("=\r\n", "").replace("=3D", "=");
            let is_wanted = text.contains(&format!("X-PulseChat-Mail: {kind}\r\n"))
                && text.contains(&format!("To: {to}\r\n"));
            if is_wanted {
                found.push((path.metadata()?.modified()?, Letter { text }));
            }
        }
    }
    found.sort_by_key(|(written_at, _)| *written_at);
    Ok(found.into_iter().map(|(_, letter)| letter).collect())
}

/// Waits for so many mails of a kind to an address, and gives the last one.
pub(crate) async fn letter(stack: &Stack, kind: &str, to: &str, count: usize) -> anyhow::Result<Letter> {
    until(async || Ok(letters(stack, kind, to)?.len() >= count)).await?;
    letters(stack, kind, to)?.pop().context("it is gone")
}
