//! A message to a room of 100 people who have it open on 500 sockets of both gateways: until each and until the last of them has it.

use std::time::Instant;

use anyhow::Context as _;
use futures_util::future::try_join_all;
use pulse_client::NewMessage;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Person, print};

/// Messages, each sent when all have the one before.
const MESSAGES: usize = 200;
/// About what a message is as a frame.
const FRAME_BYTES: usize = 700;

/// Milliseconds from the sending until each socket has it, and until the last one has; beside the limit.
pub(super) async fn fan_out(people: &mut [Person]) -> anyhow::Result<()> {
    let (owner, members) = people.split_first_mut().context("nobody")?;
    let wish = json!({"kind": "room", "title": "Fan-out"});
    let (status, room) = owner.account.raw(reqwest::Method::POST, "/v1/conversations", Some(&wish)).await?;
    anyhow::ensure!(status == 201, "{status} {room}");
    let id: pulse_types::ConversationId =
        room.get("id").and_then(serde_json::Value::as_str).context("id")?.parse()?;
    for member in members.iter() {
        member.account.join(id).await?;
        for socket in &member.sockets {
            socket.request("conversation.open", json!({"conversation_id": id})).await?;
        }
    }
    let (mut each, mut last) = (Vec::new(), Vec::new());
    for number in 0..MESSAGES {
        let message = NewMessage::new(format!("message {number} to everybody in this room"));
        let sent = Instant::now();
        let receive = members.iter_mut().flat_map(|member| &mut member.sockets).map(|socket| {
            let body = json!(message.body);
            async move {
                while socket.next_of("message.created").await?.data.get("body") != Some(&body) {}
                anyhow::Ok(sent.elapsed().as_secs_f64() * 1e3)
            }
        });
        let send = async { Ok(owner.account.send(id, &message).await?) };
        let (times, _) = tokio::try_join!(try_join_all(receive), send)?;
        last.push(times.iter().copied().fold(0.0, f64::max));
        each.extend(times);
    }
    let sockets = members.iter().map(|member| member.sockets.len()).sum();
    print("room: each of these has a message", each);
    print("room: all of these have it", last);
    print("limit: the same bytes over plain TCP", plain(sockets).await?);
    Ok(())
}

/// The same number of plain connections, and one task that writes as many bytes to each.
async fn plain(connections: usize) -> anyhow::Result<Vec<f64>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let (mut readers, mut writers) = (Vec::new(), Vec::new());
    for _ in 0..connections {
        readers.push(TcpStream::connect(listener.local_addr()?).await?);
        writers.push(listener.accept().await?.0);
    }
    let mut times = Vec::new();
    for _ in 0..MESSAGES {
        let sent = Instant::now();
        let write = async {
            for writer in &mut writers {
                writer.write_all(&[0; FRAME_BYTES]).await?;
            }
            anyhow::Ok(())
        };
        let read = readers.iter_mut().map(|reader| async {
            reader.read_exact(&mut [0; FRAME_BYTES]).await?;
            anyhow::Ok(())
        });
        tokio::try_join!(write, try_join_all(read))?;
        times.push(sent.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}
