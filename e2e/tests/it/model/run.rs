//! Steps: an operation is asked of the product and of the model, and their answers and states are compared.

use std::collections::BTreeMap;

use anyhow::Context as _;
use pulse_client::SignedIn;
use pulse_testkit::Stack;
use serde_json::Value;

use super::conversations::wanted;
use super::op::{EMOJI, Op, choose};
use super::random::Random;
use super::view::{View, difference, reactions, sorted, without_deliveries};
use super::world::{Answer, Follow, NAMES, PEOPLE, Who, World};
use crate::people::{connect, sign_up};
use crate::rest::{call, text};

/// Steps that a failure shows.
const SHOWN: usize = 30;
/// Steps between two comparisons of everything.
const EVERYTHING: usize = 250;

/// Six people of a model on a stack.
pub(super) struct Run {
    pub(super) people: Vec<SignedIn>,
    pub(super) ids: Vec<String>,
    pub(super) world: World,
    /// Whether clients are connected, who mark what they hear as delivered: of that the model knows nothing.
    pub(super) has_clients: bool,
    random: Random,
    log: Vec<String>,
    /// How often each kind of operation got each answer.
    answers: BTreeMap<(String, u16), usize>,
}

impl Run {
    /// Signs up six people. Their names are always the same, so each run needs a stack of its own.
    pub(super) async fn begin(stack: &Stack, seed: u64) -> anyhow::Result<Self> {
        let url = stack.description()?.url;
        let mut people = Vec::new();
        for name in NAMES {
            people.push(sign_up(&url, name).await?);
        }
        let ids = people.iter().map(|person| person.user_id().to_string()).collect();
        let mut world = World::default();
        // Most of them know one another, so that there is more to do than to become acquainted.
        for (one, other) in (0..PEOPLE).flat_map(|one| (0..one).map(move |other| (one, other))) {
            if (one, other) != (PEOPLE - 1, 0) {
                connect(&people[one], &people[other]).await?;
                world.follows[one][other] = Follow::Accepted;
                world.follows[other][one] = Follow::Accepted;
            }
        }
        let (random, log, answers) = (Random::new(seed), Vec::new(), BTreeMap::new());
        Ok(Self { people, ids, world, has_clients: false, random, log, answers })
    }

    /// Does so many steps.
    pub(super) async fn steps(&mut self, count: usize) -> anyhow::Result<()> {
        for number in 1..=count {
            if let Err(error) = self.step(number).await {
                let first = self.log.len().saturating_sub(SHOWN);
                anyhow::bail!("step {number}: {error:#}\nthe last steps:\n{}", self.log[first..].join("\n"));
            }
        }
        eprintln!("{:?}", self.answers);
        self.compare_everything().await.context("after all steps")
    }

    async fn step(&mut self, number: usize) -> anyhow::Result<()> {
        let (by, op) = choose(&self.world, &mut self.random);
        let (operation, body) = self.request(by, &op);
        let shown = body.as_ref().map(ToString::to_string).unwrap_or_default();
        self.log.push(format!("{number}: {} {op:?}\n    {operation} {shown}", NAMES[by]));
        let (status, answer) = call(&self.people[by], &operation, body.as_ref()).await?;
        let code = if status < 300 { "" } else { answer["code"].as_str().unwrap_or("(no code)") };
        self.log.push(format!("    -> {status} {code}"));
        let name = format!("{op:?}").chars().take_while(|letter| letter.is_alphabetic()).collect();
        *self.answers.entry((name, status)).or_default() += 1;
        let before = self.world.conversations.len();
        let expected = self.apply(by, &op).unwrap_or_else(|refused| refused);
        anyhow::ensure!((status, code) == expected, "{status} {code}, not {expected:?}: {answer}");
        if status < 300 {
            self.learn(by, &op, &answer, before).await?;
            self.compare_answer(by, &op, answer)?;
        }
        self.compare_touched(by, &op).await?;
        if number.is_multiple_of(EVERYTHING) {
            self.compare_everything().await.context("everything")?;
        }
        Ok(())
    }

    fn apply(&mut self, by: Who, op: &Op) -> Result<Answer, Answer> {
        let world = &mut self.world;
        match op {
            Op::Follow { to } => world.follow(by, *to),
            Op::Unfollow { to } => world.unfollow(by, *to),
            Op::Answer { from, accept } => world.answer_request(by, *from, *accept),
            Op::RemoveFollower { follower } => world.remove_follower(by, *follower),
            Op::Block { to, active } => world.block(by, *to, *active),
            Op::Mute { to, active } => world.mute(by, *to, *active),
            Op::Settings { open, shy } => {
                (world.is_open[by], world.is_shy[by]) = (*open, *shy);
                Ok((200, ""))
            }
            Op::Create { kind, title, with, client_id } => {
                world.create(wanted(*kind, by, title.clone(), with.clone(), client_id.clone()))
            }
            Op::CreateAgain { index, is_other } => world.create_again(*index, *is_other),
            Op::Describe { index, title, topic } => world.describe(*index, by, title, topic),
            Op::My { index, pinned, archived, muted } => world.set_my(*index, by, |my| {
                my.pinned = pinned.unwrap_or(my.pinned);
                my.archived = archived.unwrap_or(my.archived);
                my.muted = muted.unwrap_or(my.muted);
            }),
            Op::Delete { index } => world.delete(*index, by),
            Op::PutMember { index, who, role } => world.put_member(*index, by, *who, *role),
            Op::RemoveMember { index, who } => world.remove_member(*index, by, *who),
            Op::Join { index } => world.join(*index, by),
            Op::Leave { index } => world.leave(*index, by),
            Op::Transfer { index, to } => world.transfer(*index, by, *to),
            Op::SetState { index, close } => world.set_state(*index, by, *close),
            Op::Send { index, body, client_id, reply_to } => {
                let reply_to = reply_to.map(|(other, at)| if other == *index { Ok(at) } else { Err(()) });
                world.send(*index, by, body, (client_id, reply_to))
            }
            Op::Edit { at, body } => world.edit(at.0, by, at.1, body),
            Op::DeleteMessage { at } => world.delete_message(at.0, by, at.1),
            Op::React { at, emoji, active } => world.react(at.0, by, at.1, (EMOJI[*emoji].0, *active)),
            Op::Mark { index, seq, is_read } => world.mark(*index, by, *seq, *is_read),
            Op::ReadAll => {
                world.read_all(by);
                Ok((204, ""))
            }
        }
    }

    /// Takes over what only the service knows: ids, and the version that a creation begins with.
    async fn learn(&mut self, by: Who, op: &Op, answer: &Value, before: usize) -> anyhow::Result<()> {
        match op {
            Op::Create { .. } if self.world.conversations.len() > before => {
                let version = answer["version"].as_i64().context("version")?;
                if let Some(made) = self.world.conversations.last_mut() {
                    made.id = text(answer, "id");
                    made.version = version;
                    for message in &mut made.messages {
                        message.version = version;
                    }
                }
            }
            Op::Send { index, .. } => {
                let seq = answer["seq"].as_u64().context("seq")? as usize;
                let message =
                    self.world.conversations[*index].messages.get_mut(seq - 1).context("no such seq")?;
                if message.id.is_empty() {
                    message.id = text(answer, "id");
                }
            }
            Op::Follow { to } if answer["following"] == "requested" => {
                let (_, page) =
                    call(&self.people[by], "GET /v1/follow-requests?direction=outgoing", None).await?;
                let asked = page["items"].as_array().context("items")?.iter();
                let request = asked.clone().find(|item| item["user"]["id"] == self.ids[*to].as_str());
                let request = request.with_context(|| format!("the request is not listed: {page}"))?;
                self.world.requests.insert((by, *to), text(request, "id"));
            }
            _ => {}
        }
        Ok(())
    }

    /// The answer itself shows the state after the operation.
    fn compare_answer(&self, by: Who, op: &Op, answer: Value) -> anyhow::Result<()> {
        let view = View { world: &self.world, ids: &self.ids };
        let conversations = &self.world.conversations;
        let message = |index: usize, at: usize| {
            let it = &conversations[index];
            view.message(it, &it.messages[at], at as i64 + 1, by)
        };
        let expected = match op {
            Op::Follow { to } | Op::Unfollow { to } => view.relationship(by, *to),
            Op::Answer { from, accept: Some(_) } => view.relationship(by, *from),
            Op::Create { kind: super::world::Kind::Direct, with, .. } => {
                let direct = self.world.direct(by, with.first().copied()).context("no direct")?;
                view.conversation(&conversations[direct], by)
            }
            Op::Create { .. } => view.conversation(conversations.last().context("nothing made")?, by),
            Op::CreateAgain { index, .. }
            | Op::Describe { index, .. }
            | Op::My { index, .. }
            | Op::Join { index }
            | Op::Transfer { index, .. }
            | Op::SetState { index, .. } => view.conversation(&conversations[*index], by),
            Op::PutMember { index, who, .. } => view.member(&conversations[*index], *who),
            Op::Send { index, client_id, .. } => {
                let at = self.world.sent(*index, by, client_id).context("not sent")?;
                message(*index, at)
            }
            Op::Edit { at, .. } => message(at.0, at.1),
            Op::React { at, .. } => {
                serde_json::json!({"reactions": reactions(&conversations[at.0].messages[at.1], by)})
            }
            Op::Mark { index, .. } => view.marks(&conversations[*index], by),
            _ => return Ok(()),
        };
        let answer = sorted(answer);
        let expected = if self.has_clients { without_deliveries(expected) } else { expected };
        match difference(&expected, &answer) {
            Some(difference) => anyhow::bail!("the answer{difference}\n{answer}"),
            None => Ok(()),
        }
    }

    pub(super) fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}
