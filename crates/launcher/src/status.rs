//! `pulse status`: what runs from a data folder, and whether it answers.

use std::path::Path;

use crate::ready::Ready;
use crate::stack::Stack;
use crate::terminal::Terminal;

/// Prints a line for each process; `true` when all are ready.
///
/// # Errors
/// When nothing runs from this folder.
pub async fn run(data_dir: &Path) -> anyhow::Result<bool> {
    let terminal = Terminal::new();
    let mut stack = Stack::read(data_dir)?;
    terminal.announce(&stack.url);
    let mut questions =
        vec![("postgres".to_owned(), Some(Ready::Postgres { url: stack.postgres.url.clone() }))];
    let nats = stack.nats.url.rsplit('@').next().and_then(|addr| addr.parse().ok());
    questions.push(("nats".to_owned(), nats.map(|addr| Ready::Nats { addr })));
    questions.push(("redis".to_owned(), redis_question(&stack.redis.url)));
    let services = &stack.services;
    for (name, service) in [
        ("auth", &services.auth),
        ("social-graph", &services.social_graph),
        ("message-store", &services.message_store),
    ] {
        questions.push((name.to_owned(), admin_question(&service.admin_url)));
    }
    for (index, gateway) in stack.gateways.iter().enumerate() {
        questions.push((format!("gateway-{}", index + 1), admin_question(&gateway.admin_url)));
    }
    let mut all_ready = true;
    for ((name, question), (_, pid)) in questions.into_iter().zip(stack.pids()) {
        let answer = match question {
            Some(question) => question.check().await,
            None => Err(anyhow::anyhow!("stack.json has no address that can be asked")),
        };
        all_ready &= answer.is_ok();
        let state = answer.map_or_else(|error| format!("not ready: {error:#}"), |()| "ready".to_owned());
        terminal.say(&format!("  {name:<13} pid {pid:<8} {state}"));
    }
    Ok(all_ready)
}

fn admin_question(url: &str) -> Option<Ready> {
    Some(Ready::Http { addr: url.strip_prefix("http://")?.parse().ok()? })
}

fn redis_question(url: &str) -> Option<Ready> {
    let (password, addr) = url.strip_prefix("redis://:")?.split_once('@')?;
    Some(Ready::Redis { addr: addr.parse().ok()?, password: password.to_owned() })
}
