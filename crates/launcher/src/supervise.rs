//! Keeps processes running: starts each, asks until it is ready, shows its output, starts it again when it ends.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::child::{Output, Running, Spec, Tail};
use crate::ready::{POLL, Ready};
use crate::servers::Server;
use crate::terminal::Terminal;

/// How long after its end a process is started again.
const RESTART_AFTER: Duration = Duration::from_secs(1);
/// Longer lines of output are cut.
const MAX_LINE_BYTES: usize = 16 * 1024;

/// A process to keep running.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its name in logs and messages, unique.
    pub name: String,
    /// How to start and stop it.
    pub spec: Spec,
    /// How to ask whether it is ready.
    pub ready: Ready,
    /// Lines of its output with one of these in them are not shown.
    pub routine: &'static [&'static str],
    /// Its colour.
    pub place: usize,
}

impl Unit {
    /// A server under its name.
    #[must_use]
    pub fn server(name: &str, place: usize, server: &Server) -> Self {
        Self {
            name: name.to_owned(),
            spec: server.spec.clone(),
            ready: server.ready.clone(),
            routine: server.routine,
            place,
        }
    }
}

/// What happened to a unit.
#[derive(Debug)]
pub struct Event {
    /// The unit's name.
    pub name: String,
    /// What happened.
    pub what: What,
}

/// What can happen to a unit.
#[derive(Debug)]
pub enum What {
    /// It answers. After a restart it has another process id.
    Ready {
        /// Its process id.
        pid: u32,
        /// Since its process was started.
        after: Duration,
    },
    /// It ended, or could not be started, and will be started again.
    Ended {
        /// How, for people.
        how: String,
        /// Whether this process had been ready.
        was_ready: bool,
        /// Its last lines.
        tail: Tail,
    },
}

/// A unit that is kept running until it is stopped. Dropping this stops nothing by itself, but the end of the runtime
/// kills the process.
#[derive(Debug)]
pub struct Kept {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Stops them in good order, all at the same time, and returns when they are gone.
pub async fn stop_all(kept: Vec<Kept>) {
    for unit in &kept {
        unit.stop.cancel();
    }
    for unit in kept {
        // The task ends by itself; it fails only if the runtime is ending, which kills the process as well.
        let _ended = unit.task.await;
    }
}

/// Begins to keep a unit running. Its events go to `events`, of which few come and the reader is always there; when
/// the channel is full the restart waits.
#[must_use]
pub fn keep(unit: Unit, events: mpsc::Sender<Event>, terminal: Terminal) -> Kept {
    let stop = CancellationToken::new();
    let task = tokio::spawn(keep_running(unit, events, terminal, stop.clone()));
    Kept { stop, task }
}

async fn keep_running(unit: Unit, events: mpsc::Sender<Event>, terminal: Terminal, stop: CancellationToken) {
    loop {
        let what = match Running::start(&unit.spec, &Output::Piped) {
            Ok(running) => match run_once(&unit, running, &events, terminal, &stop).await {
                Some(what) => what,
                None => return,
            },
            Err(error) => What::Ended { how: format!("{error:#}"), was_ready: false, tail: Tail::default() },
        };
        let _reader_gone = events.send(Event { name: unit.name.clone(), what }).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RESTART_AFTER) => {}
        }
    }
}

/// One life of the process; `None` when it was stopped.
async fn run_once(
    unit: &Unit,
    mut running: Running,
    events: &mpsc::Sender<Event>,
    terminal: Terminal,
    stop: &CancellationToken,
) -> Option<What> {
    let output = tokio::spawn(show_output(unit.clone(), running.take_output(), terminal));
    let mut was_ready = false;
    let status = tokio::select! {
        status = watch(unit, &mut running, events, &mut was_ready) => Some(status),
        () = stop.cancelled() => None,
    };
    let how = match status {
        Some(Ok(status)) => describe(status),
        Some(Err(error)) => error.to_string(),
        None => {
            running.stop().await;
            let _shown = tokio::time::timeout(Duration::from_millis(200), output).await;
            return None;
        }
    };
    // A grandchild may hold the pipe open: do not wait long for the last lines.
    let tail = tokio::time::timeout(Duration::from_millis(200), output).await;
    Some(What::Ended { how, was_ready, tail: tail.ok().and_then(Result::ok).unwrap_or_default() })
}

async fn watch(
    unit: &Unit,
    running: &mut Running,
    events: &mpsc::Sender<Event>,
    was_ready: &mut bool,
) -> std::io::Result<ExitStatus> {
    let started = Instant::now();
    loop {
        tokio::select! {
            status = running.wait() => return status,
            ready = unit.ready.check() => if ready.is_ok() { break },
        }
        tokio::select! {
            status = running.wait() => return status,
            () = tokio::time::sleep(POLL) => {}
        }
    }
    *was_ready = true;
    let what = What::Ready { pid: running.pid(), after: started.elapsed() };
    let _reader_gone = events.send(Event { name: unit.name.clone(), what }).await;
    running.wait().await
}

fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

/// Shows both outputs line by line until they are closed, and gives back the last lines.
async fn show_output<O, E>(unit: Unit, output: Option<(O, E)>, terminal: Terminal) -> Tail
where
    O: AsyncRead + Unpin,
    E: AsyncRead + Unpin,
{
    let Some((out, err)) = output else { return Tail::default() };
    let (mut out, mut err) = (BufReader::new(out), BufReader::new(err));
    let (mut out_line, mut err_line) = (Vec::new(), Vec::new());
    let (mut out_open, mut err_open) = (true, true);
    let mut tail = Tail::default();
    while out_open || err_open {
        let line = tokio::select! {
            read = out.read_until(b'\n', &mut out_line), if out_open => {
                out_open = read.is_ok_and(|bytes| bytes > 0);
                std::mem::take(&mut out_line)
            }
            read = err.read_until(b'\n', &mut err_line), if err_open => {
                err_open = read.is_ok_and(|bytes| bytes > 0);
                std::mem::take(&mut err_line)
            }
        };
        let line = String::from_utf8_lossy(line.get(..MAX_LINE_BYTES).unwrap_or(&line)).trim_end().to_owned();
        if line.is_empty() {
            continue;
        }
        tail.push(&line);
        if !unit.routine.iter().any(|routine| line.contains(routine)) {
            terminal.log(unit.place, &unit.name, &line);
        }
    }
    tail
}
