//! What the person at the terminal sees; nothing else writes to it.

use std::io::{IsTerminal as _, Write as _};

/// Colours of the names in front of log lines, in turn.
const COLOURS: [u8; 6] = [36, 33, 35, 32, 34, 31];
/// Names are padded to the longest, `message-store`.
const NAME_WIDTH: usize = 13;

/// Standard output, coloured when it is a terminal and `NO_COLOR` is not set.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    coloured: bool,
}

impl Terminal {
    /// Looks at the standard output and the environment.
    #[must_use]
    pub fn new() -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: std::io::stdout().is_terminal() && !no_color }
    }

    /// A line of our own.
    pub fn say(&self, text: &str) {
        write_line(text);
    }

    /// A line that a process wrote, behind its name. `place` picks the colour.
    pub fn log(&self, place: usize, name: &str, line: &str) {
        write_line(&self.log_line(place, name, line));
    }

    /// A line about something that went wrong.
    pub fn warn(&self, text: &str) {
        write_line(&if self.coloured { format!("\x1b[1;31m{text}\x1b[0m") } else { text.to_owned() });
    }

    /// Lines in place of those before: on a terminal the screen begins anew, elsewhere they follow one another.
    pub fn redraw(&self, lines: &[String]) {
        let begin = if std::io::stdout().is_terminal() { "\x1b[H\x1b[2J" } else { "" };
        write_line(&format!("{begin}{}", lines.join("\n")));
    }

    /// A line that matters most.
    pub fn announce(&self, text: &str) {
        write_line(&if self.coloured { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() });
    }

    fn log_line(self, place: usize, name: &str, line: &str) -> String {
        match COLOURS.get(place % COLOURS.len()).filter(|_| self.coloured) {
            Some(colour) => format!("\x1b[{colour}m{name:<NAME_WIDTH$} |\x1b[0m {line}"),
            None => format!("{name:<NAME_WIDTH$} | {line}"),
        }
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

/// When nobody reads any more (`pulse up | head`), running on is more useful than ending.
fn write_line(text: &str) {
    let _unread = writeln!(std::io::stdout().lock(), "{text}");
}

/// What people wrote, so that it can't steer the terminal.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_a_column_and_colours_only_on_a_terminal() {
        let plain = Terminal { coloured: false };
        assert_eq!(plain.log_line(0, "nats", "ready"), "nats          | ready");
        let coloured = Terminal { coloured: true };
        assert_eq!(coloured.log_line(7, "nats", "ready"), "\x1b[33mnats          |\x1b[0m ready");
    }
}
