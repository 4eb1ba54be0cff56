//! A mail server (RFC 5321) that takes mails, and refuses them, breaks off or is down when it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::mail::Eml;
use crate::wait::free_listener;

/// How the server behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// It takes every mail.
    Takes,
    /// It answers recipients with this line, like `550 5.1.1 no such mailbox`.
    Refuses(String),
    /// It answers the sender with this line.
    RefusesSender(String),
    /// It takes a mail whole and hangs up instead of saying so.
    BreaksOff,
    /// It closes connections at once.
    Down,
}

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Envelope: who sent it.
    pub from: String,
    /// Envelope: who gets it.
    pub to: Vec<String>,
    /// The mail.
    pub mail: Eml,
}

/// A server on a free port. It ends when it is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    addr: SocketAddr,
    behaviour: watch::Sender<Behaviour>,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl SmtpServer {
    /// Starts one that takes everything.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = free_listener().await?;
        let addr = listener.local_addr()?;
        let (behaviour, state) = watch::channel(Behaviour::Takes);
        let received = Arc::default();
        let task = tokio::spawn(accept(listener, state, Arc::clone(&received)));
        Ok(Self { addr, behaviour, received, task })
    }

    /// `smtp://127.0.0.1:port?tls=none`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}?tls=none", self.addr)
    }

    /// From now on it behaves so.
    pub fn behave(&self, behaviour: Behaviour) {
        self.behaviour.send_replace(behaviour);
    }

    /// All that came whole, also what was not confirmed, in its order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    behaviour: watch::Receiver<Behaviour>,
    received: Arc<Mutex<Vec<Received>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (behaviour, received) = (behaviour.clone(), Arc::clone(&received));
        if *behaviour.borrow() != Behaviour::Down {
            // Ends with its connection.
            tokio::spawn(async move { talk(stream, &behaviour, &received).await });
        }
    }
}

/// One conversation, until a side hangs up.
async fn talk(
    stream: TcpStream,
    behaviour: &watch::Receiver<Behaviour>,
    received: &Mutex<Vec<Received>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 mail.test ESMTP").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let now = behaviour.borrow().clone();
        let answer = match (verb.as_str(), now) {
            (_, Behaviour::Down) => return Ok(()),
            ("EHLO" | "HELO", _) => "250-mail.test\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            ("MAIL", Behaviour::RefusesSender(answer)) | ("RCPT", Behaviour::Refuses(answer)) => answer,
            ("MAIL", _) => {
                from = address(line);
                to.clear();
                "250 fine".to_owned()
            }
            ("RCPT", _) => {
                to.push(address(line));
                "250 fine".to_owned()
            }
            ("DATA", now) => {
                say(&mut stream, "354 go on").await?;
                let mail = Eml::parse(&read_content(&mut stream).await?);
                let whole = Received { from: from.clone(), to: to.clone(), mail };
                received.lock().unwrap_or_else(PoisonError::into_inner).push(whole);
                if now == Behaviour::BreaksOff {
                    return Ok(());
                }
                "250 taken".to_owned()
            }
            ("RSET" | "NOOP", _) => "250 fine".to_owned(),
            ("QUIT", _) => return say(&mut stream, "221 bye").await,
            _ => "502 not known".to_owned(),
        };
        say(&mut stream, &answer).await?;
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await
}

/// Up to the dot that stands alone; dots that were doubled are single again (RFC 5321 section 4.5.2).
async fn read_content(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match line.strip_prefix(b".") {
            Some(b"\r\n") => return Ok(content),
            Some(rest) => content.extend_from_slice(rest),
            None => content.extend_from_slice(&line),
        }
    }
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
