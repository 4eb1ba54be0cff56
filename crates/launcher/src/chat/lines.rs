//! Lines from the person at the keyboard and to the screen. At a terminal what comes in is shown above the line that is being
//! typed; without one, lines are read and written as they are.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use nix::sys::termios::{self, LocalFlags, SetArg};
use rustyline::history::MemHistory;
use rustyline::{Config, Editor, ExternalPrinter};
use tokio::sync::oneshot;

use crate::terminal::Terminal;

type Typed = Editor<(), MemHistory>;

/// The keyboard and the screen.
pub(super) struct Lines {
    editor: Option<Arc<Mutex<Typed>>>,
    printer: Option<Mutex<Box<dyn ExternalPrinter + Send>>>,
}

impl Lines {
    /// Looks whether there is a terminal.
    ///
    /// # Errors
    /// When it can't be used.
    pub(super) fn open() -> anyhow::Result<Self> {
        if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return Ok(Self { editor: None, printer: None });
        }
        let config = Config::builder().auto_add_history(true).build();
        let mut editor = Typed::with_history(config, MemHistory::new()).context("can't use the terminal")?;
        let printer = editor.create_external_printer().context("can't use the terminal")?;
        Ok(Self { editor: Some(Arc::new(Mutex::new(editor))), printer: Some(Mutex::new(Box::new(printer))) })
    }

    /// Shows a line.
    pub(super) fn say(&self, line: &str) {
        match &self.printer {
            Some(printer) => {
                let mut printer = printer.lock().unwrap_or_else(PoisonError::into_inner);
                // A screen that is gone can't be told so.
                let _ = printer.print(format!("{line}\n"));
            }
            None => Terminal::new().say(line),
        }
    }

    /// Asks for one line before the chat begins.
    ///
    /// # Errors
    /// When there is no more input.
    pub(super) fn ask(&self, question: &str) -> anyhow::Result<String> {
        if self.editor.is_some() {
            write!(std::io::stdout(), "{question}")?;
            std::io::stdout().flush()?;
        }
        let mut line = String::new();
        anyhow::ensure!(
            std::io::stdin().lock().read_line(&mut line)? > 0,
            "no answer to `{}`",
            question.trim()
        );
        Ok(line.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// The same without showing what is typed.
    ///
    /// # Errors
    /// As [`Lines::ask`].
    pub(super) fn ask_hidden(&self, question: &str) -> anyhow::Result<String> {
        if self.editor.is_none() {
            return self.ask(question);
        }
        let stdin = std::io::stdin();
        let before = termios::tcgetattr(stdin.as_fd())?;
        let mut hidden = before.clone();
        hidden.local_flags.remove(LocalFlags::ECHO);
        termios::tcsetattr(stdin.as_fd(), SetArg::TCSADRAIN, &hidden)?;
        let answer = self.ask(question);
        termios::tcsetattr(stdin.as_fd(), SetArg::TCSADRAIN, &before)?;
        writeln!(std::io::stdout())?;
        answer
    }

    /// Waits for the next line on a thread of its own; `None` at the end of the input and with Ctrl-C.
    pub(super) fn read(&self, prompt: String) -> oneshot::Receiver<Option<String>> {
        let (told, hears) = oneshot::channel();
        let editor = self.editor.clone();
        std::thread::spawn(move || {
            let line = match editor {
                Some(editor) => editor.lock().unwrap_or_else(PoisonError::into_inner).readline(&prompt).ok(),
                None => {
                    let mut line = String::new();
                    let read = std::io::stdin().lock().read_line(&mut line);
                    read.is_ok_and(|bytes| bytes > 0).then_some(line)
                }
            };
            // The chat may have ended meanwhile.
            let _ = told.send(line);
        });
        hears
    }
}
