//! A mail as a plain reader sees it, and the folder that mails are written into.

use std::path::Path;
use std::time::Duration;

use crate::wait::eventually;

/// How long a mail may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(20);

/// A mail in two pieces: headers with their folds undone, and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eml {
    headers: Vec<(String, String)>,
    body: String,
}

impl Eml {
    /// Reads a mail.
    #[must_use]
    pub fn parse(content: &[u8]) -> Self {
        let content = String::from_utf8_lossy(content).replace("\r\n", "\n");
        let (head, body) = content.split_once("\n\n").unwrap_or((&content, ""));
        let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
        let headers = unfolded.lines().filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        Self { headers, body: body.to_owned() }
    }

    /// All mails of a folder, in the order of their names, which is that of their time.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn read_folder(folder: &Path) -> anyhow::Result<Vec<Self>> {
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut paths = std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
        paths.sort();
        paths.iter().map(|path| Ok(Self::parse(&std::fs::read(path)?))).collect()
    }

    /// Waits until a folder holds `count` mails of a kind to an address; gives them in the order of their time.
    ///
    /// # Errors
    /// When they do not come.
    pub async fn wait_for(folder: &Path, to: &str, kind: &str, count: usize) -> anyhow::Result<Vec<Self>> {
        let ask = || async {
            let mails = Self::read_folder(folder).unwrap_or_default();
            let found: Vec<_> =
                mails.into_iter().filter(|mail| mail.header("To") == to && mail.kind() == kind).collect();
            (found.len() >= count).then_some(found)
        };
        eventually(ARRIVAL, ask).await
    }

    /// A header's value; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let find = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        find.map_or("", |(_, value)| value)
    }

    /// The names of all headers, in their order.
    #[must_use]
    pub fn header_names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Its `X-PulseChat-Mail`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.header("X-PulseChat-Mail")
    }

    /// What follows the headers, as it travels.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The part of a type (`text/plain`), as it travels; empty when there is none.
    #[must_use]
    pub fn part(&self, content_type: &str) -> &str {
        let boundary = self.header("Content-Type").split("boundary=\"").nth(1);
        let Some(boundary) = boundary.and_then(|rest| rest.split('"').next()) else { return &self.body };
        let separator = format!("--{boundary}");
        let mut parts = self.body.split(separator.as_str()).filter_map(|part| part.split_once("\n\n"));
        let wanted = parts.find(|(head, _)| head.to_ascii_lowercase().contains(content_type));
        wanted.map_or("", |(_, text)| text.trim())
    }

    /// Every link of the plain part.
    #[must_use]
    pub fn links(&self) -> Vec<&str> {
        let words = self.part("text/plain").split_whitespace();
        words.filter(|word| word.starts_with("http://") || word.starts_with("https://")).collect()
    }

    /// The token in the only link of the plain part; empty when there is none, or more than one.
    #[must_use]
    pub fn token(&self) -> &str {
        match self.links().as_slice() {
            [link] => link.split_once("#token=").map_or("", |(_, token)| token),
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unfolded_and_parts_told_apart() {
        let mail = Eml::parse(
            b"To: ada@example.org\r\nX-PulseChat-Mail: verify_email\r\nContent-Type: multipart/alternative;\r\n boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\nhttps://x.example/y#token=abc\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--b--\r\n",
        );
        assert_eq!((mail.header("to"), mail.kind()), ("ada@example.org", "verify_email"));
        assert_eq!(mail.part("text/plain"), "Hello,\nhttps://x.example/y#token=abc");
        assert_eq!(mail.part("text/html"), "<p>Hello</p>");
        assert_eq!(mail.token(), "abc");
    }
}
