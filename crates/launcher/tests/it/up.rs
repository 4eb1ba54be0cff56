//! `pulse up` and `pulse with-servers` as a person runs them.

use nix::sys::signal::Signal;
use pulse_launcher::scratch::Scratch;

use crate::process::{Pulse, eventually, processes_in, send};

const URL: &str = "postgres://postgres:";

fn up(data_dir: &str) -> Pulse {
    Pulse::start(&["up", "--servers-only", "--data-dir", data_dir])
}

#[test]
fn stopping_leaves_no_process_and_the_next_start_has_the_same_addresses() {
    let scratch = Scratch::new("up").unwrap();
    let data_dir = scratch.path().join("data");
    let mut first = up(data_dir.to_str().unwrap());
    let url = first.line_with(URL);
    assert!(processes_in(&data_dir).len() >= 3);

    let (code, refusal) = up(data_dir.to_str().unwrap()).end();
    assert_eq!(code, Some(1));
    assert!(refusal.contains("already running") && refusal.contains(&first.pid().to_string()), "{refusal}");

    send(first.pid(), Signal::SIGINT);
    assert_eq!(first.end(), (Some(0), String::new()));
    assert_eq!(processes_in(&data_dir), [] as [u32; 0]);

    let mut second = up(data_dir.to_str().unwrap());
    assert_eq!(second.line_with(URL), url);
    send(second.pid(), Signal::SIGTERM);
    assert_eq!(second.end().0, Some(0));
}

#[test]
fn killing_the_launcher_ends_its_children_and_the_next_start_works() {
    let scratch = Scratch::new("killed").unwrap();
    let data_dir = scratch.path().join("data");
    let mut first = up(data_dir.to_str().unwrap());
    first.line_with(URL);
    send(first.pid(), Signal::SIGKILL);
    if cfg!(target_os = "linux") {
        eventually("all children are gone", || processes_in(&data_dir).is_empty());
    }
    let mut second = up(data_dir.to_str().unwrap());
    second.line_with(URL);
    send(second.pid(), Signal::SIGTERM);
    assert_eq!(second.end().0, Some(0));
}

#[test]
fn a_public_port_in_use_is_told_before_anything_starts() {
    let scratch = Scratch::new("port").unwrap();
    let data_dir = scratch.path().join("data");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, refusal) =
        Pulse::start(&["up", "--port", &port, "--data-dir", data_dir.to_str().unwrap()]).end();
    assert_eq!(code, Some(1));
    assert!(refusal.contains(&format!("port {port} is in use by")), "{refusal}");
    assert!(!data_dir.join("postgres").exists());
}

#[test]
fn a_command_with_servers_can_reach_them_and_its_code_is_passed_on() {
    let mut pulse =
        Pulse::start(&["with-servers", "--", "sh", "-c", "echo \"url $PULSE_TEST_POSTGRES_URL\"; exit 7"]);
    let line = pulse.line_with("url ");
    assert!(line.starts_with("url postgres://postgres:"), "{line}");
    assert_eq!(pulse.end(), (Some(7), String::new()));
}

#[test]
fn killing_the_wrapper_ends_its_server() {
    let mut pulse = Pulse::start(&["with-servers", "--", "sh", "-c", "echo started; exec sleep 30"]);
    pulse.line_with("started");
    let prefix = std::env::temp_dir().join(format!("pulse-scratch-{}-", pulse.pid()));
    assert!(!processes_in(&prefix).is_empty());
    send(pulse.pid(), Signal::SIGKILL);
    if cfg!(target_os = "linux") {
        eventually("the server is gone", || processes_in(&prefix).is_empty());
    }
    // The next scratch folder sweeps away what the killed one left.
    drop(pulse);
    let _sweeper = Scratch::new("sweeper").unwrap();
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    assert!(
        left.into_iter().all(|entry| !entry.path().to_string_lossy().starts_with(&*prefix.to_string_lossy()))
    );
}
