//! Processes die; nothing that was acknowledged is lost or doubled.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::NewMessage;

use crate::people::{pair, until};

#[tokio::test]
async fn killing_message_store_under_load_loses_no_acknowledged_message() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..10)
        .map(|sender| {
            let person = if sender % 2 == 0 { pair.ada.clone() } else { pair.grace.clone() };
            let (stop, chat) = (Arc::clone(&stop), pair.chat.id);
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                let mut repeated = 0;
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let message = NewMessage::new(format!("{sender}/{number}"));
                    // Repeats with the same client_id until it is accepted, as the contract tells clients to.
                    loop {
                        match person.send(chat, &message).await {
                            Ok(sent) => break acknowledged.push(sent.message),
                            Err(error) if error.code().is_none_or(|code| code == "unavailable") => {
                                repeated += 1
                            }
                            Err(error) => panic!("{error}"),
                        }
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
                (acknowledged, repeated)
            })
        })
        .collect();

    for _ in 0..2 {
        let before = pair.ada.conversation(pair.chat.id).await?.last_seq;
        until(async || Ok(pair.ada.conversation(pair.chat.id).await?.last_seq > before + 50)).await?;
        let pid = pair.stack.description()?.services.message_store.pid;
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGKILL)?;
        until(async || {
            let restarted = pair.stack.description()?.services.message_store.pid != pid;
            Ok(restarted && pair.ada.conversation(pair.chat.id).await.is_ok())
        })
        .await?;
    }
    stop.store(true, Ordering::Relaxed);

    let mut acknowledged = Vec::new();
    let mut repeated = 0;
    for sender in senders {
        let (messages, repeats) = sender.await?;
        acknowledged.extend(messages);
        repeated += repeats;
    }
    let history = pair.grace.history(pair.chat.id).await?;
    let by_seq: HashMap<_, _> = history.iter().map(|message| (message.seq, message)).collect();
    assert_eq!(by_seq.len(), history.len());
    for message in &acknowledged {
        assert_eq!(by_seq.get(&message.seq), Some(&message));
    }
    let bodies: HashMap<_, usize> = history.iter().fold(HashMap::new(), |mut counts, message| {
        *counts.entry(&message.body).or_default() += 1;
        counts
    });
    assert!(bodies.values().all(|count| *count == 1), "a message is there twice");
    assert_eq!(history.len(), acknowledged.len(), "every send was repeated until it was acknowledged");
    eprintln!("{} acknowledged, {repeated} repeats over two kills", acknowledged.len());
    Ok(())
}

#[tokio::test]
async fn live_events_go_on_after_nats_comes_back() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let mut socket = pair.grace.connect().await?;
    let nats = pair.stack.description()?.nats.pid;
    kill(Pid::from_raw(i32::try_from(nats)?), Signal::SIGKILL)?;
    // Sending does not wait for the bus.
    let sent = pair.ada.send(pair.chat.id, &NewMessage::new("while the bus was down")).await?.message;
    until(async || Ok(pair.stack.description()?.nats.pid != nats)).await?;
    let received = tokio::time::timeout(Duration::from_secs(15), socket.next_of("message.created")).await??;
    assert_eq!(received.data["seq"], sent.seq);
    Ok(())
}
