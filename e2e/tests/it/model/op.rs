//! What people do, and how one of it is chosen.

use super::conversations::Field;
use super::random::Random;
use super::world::{Conversation, Follow, Kind, NAMES, PEOPLE, Role, Who, World};

/// Emoji that people react with, as they stand in a path.
pub(super) const EMOJI: [(&str, &str); 4] = [
    ("\u{1f44d}", "%F0%9F%91%8D"),
    ("\u{1f389}", "%F0%9F%8E%89"),
    ("\u{2764}\u{fe0f}", "%E2%9D%A4%EF%B8%8F"),
    ("\u{1f440}", "%F0%9F%91%80"),
];
/// So many conversations are there at once at most.
const CONVERSATIONS: usize = 12;

/// A message: index of the conversation, and in it.
pub(super) type At = (usize, usize);

#[derive(Debug, Clone)]
pub(super) enum Op {
    Follow { to: Who },
    Unfollow { to: Who },
    Answer { from: Who, accept: Option<bool> },
    RemoveFollower { follower: Who },
    Block { to: Who, active: bool },
    Mute { to: Who, active: bool },
    Settings { open: bool, shy: bool },
    Create { kind: Kind, title: Option<String>, with: Vec<Who>, client_id: String },
    CreateAgain { index: usize, is_other: bool },
    Describe { index: usize, title: Field, topic: Field },
    My { index: usize, pinned: Option<bool>, archived: Option<bool>, muted: Option<bool> },
    Delete { index: usize },
    PutMember { index: usize, who: Who, role: Option<Role> },
    RemoveMember { index: usize, who: Who },
    Join { index: usize },
    Leave { index: usize },
    Transfer { index: usize, to: Who },
    SetState { index: usize, close: bool },
    Send { index: usize, body: String, client_id: String, reply_to: Option<At> },
    Edit { at: At, body: String },
    DeleteMessage { at: At },
    React { at: At, emoji: usize, active: bool },
    Mark { index: usize, seq: i64, is_read: bool },
    ReadAll,
}

/// Who does what next.
pub(super) fn choose(world: &World, random: &mut Random) -> (Who, Op) {
    loop {
        let by = random.below(PEOPLE);
        let op = match random.below(100) {
            0..20 => Some(among_people(world, random, by)),
            20..26 => Some(create(world, random, by)),
            26..50 => in_conversation(world, random, by),
            _ => with_messages(world, random, by),
        };
        match op {
            Some(op) if is_told_by_the_contract(world, by, &op) => return (by, op),
            _ => {}
        }
    }
}

/// Leaves out what the contract leaves open.
fn is_told_by_the_contract(world: &World, by: Who, op: &Op) -> bool {
    match op {
        // Whether a repeat of a request is judged by settings that changed since.
        Op::Follow { to } => {
            world.follows[by][*to] == Follow::None || !(world.is_open[*to] || world.is_shy[*to])
        }
        // Whether removing a follower also declines; oneself.
        Op::RemoveFollower { follower } => {
            by != *follower && world.follows[*follower][by] != Follow::Requested
        }
        Op::Mute { to, .. } | Op::Block { to, .. } => by == *to || !world.hidden(*to, by),
        // What comes first when two things are wrong.
        Op::PutMember { index, who, role } => {
            let it = &world.conversations[*index];
            match it.role(*who) {
                Some(Role::Owner) => role.is_some(),
                _ => it.kind != Kind::Direct || !world.hidden(*who, by),
            }
        }
        Op::RemoveMember { index, who } => {
            !world.hidden(*who, by) || world.conversations[*index].role(*who).is_some()
        }
        Op::Transfer { index, to } => {
            let it = &world.conversations[*index];
            *to != by && (it.role(*to).is_some() || it.role(by) == Some(Role::Owner))
        }
        _ => true,
    }
}

fn among_people(world: &World, random: &mut Random, by: Who) -> Op {
    let to = if random.chance(3) { by } else { (by + 1 + random.below(PEOPLE - 1)) % PEOPLE };
    match random.below(100) {
        0..38 => Op::Follow { to },
        38..44 => Op::Unfollow { to },
        44..74 => {
            let asked = (0..PEOPLE).filter(|from| world.follows[*from][by] == Follow::Requested);
            let asked: Vec<_> = asked.collect();
            let from = random.pick(&asked).filter(|_| !random.chance(5)).unwrap_or(to);
            Op::Answer { from, accept: (!random.chance(15)).then(|| random.chance(70)) }
        }
        74..78 => Op::RemoveFollower { follower: to },
        // Blocks end more often than they begin, or nobody would talk any more.
        78..81 => Op::Block { to, active: true },
        81..90 => {
            let blocked: Vec<_> = (0..PEOPLE).filter(|other| world.blocks[by][*other]).collect();
            Op::Block { to: random.pick(&blocked).unwrap_or(to), active: false }
        }
        90..96 => Op::Mute { to, active: random.chance(50) },
        _ => Op::Settings { open: random.chance(25), shy: random.chance(10) },
    }
}

fn create(world: &World, random: &mut Random, by: Who) -> Op {
    let alive = world.conversations.iter().filter(|it| it.exists).count();
    let own: Vec<_> = (0..world.conversations.len())
        .filter(|index| {
            let it = &world.conversations[*index];
            it.creator == by && it.kind != Kind::Direct && it.role(by).is_some()
        })
        .collect();
    if random.chance(15)
        && let Some(index) = random.pick(&own)
    {
        return Op::CreateAgain { index, is_other: random.chance(30) };
    }
    let kind = random.pick(&[Kind::Direct, Kind::Direct, Kind::Group, Kind::Room]).unwrap_or(Kind::Direct);
    let kind = if alive >= CONVERSATIONS { Kind::Direct } else { kind };
    let others = (1..PEOPLE).map(|step| (by + step) % PEOPLE);
    let connected: Vec<_> = others.filter(|who| world.connected(by, *who)).collect();
    let mut with = Vec::new();
    for _ in 0..1 + random.below(3) {
        let anybody = (by + 1 + random.below(PEOPLE - 1)) % PEOPLE;
        let who = random.pick(&connected).filter(|_| !random.chance(15)).unwrap_or(anybody);
        if !with.contains(&who) {
            with.push(who);
        }
    }
    match kind {
        Kind::Direct => with.truncate(1),
        Kind::Room if random.chance(50) => with.clear(),
        Kind::Group | Kind::Room => {}
    }
    let has_title = kind == Kind::Room || kind == Kind::Group && random.chance(70);
    let title = has_title.then(|| format!("title {}", random.below(1000)));
    Op::Create { kind, title, with, client_id: random.uuid() }
}

/// A conversation, rather one of one's own that still is.
fn conversation(world: &World, random: &mut Random, by: Who) -> Option<usize> {
    let all = 0..world.conversations.len();
    let own: Vec<_> = all.clone().filter(|index| world.conversations[*index].role(by).is_some()).collect();
    match random.chance(85) {
        true => random.pick(&own),
        false => random.pick(&all.collect::<Vec<_>>()),
    }
}

fn in_conversation(world: &World, random: &mut Random, by: Who) -> Option<Op> {
    let index = conversation(world, random, by)?;
    let who = random.below(PEOPLE);
    let maybe = |random: &mut Random| random.chance(40).then(|| random.chance(50));
    Some(match random.below(100) {
        0..18 => {
            let title = (!random.chance(30))
                .then(|| (!random.chance(10)).then(|| format!("title {}", random.below(3))));
            let topic =
                random.chance(40).then(|| (!random.chance(20)).then(|| format!("topic {}", random.below(3))));
            Op::Describe { index, title, topic }
        }
        18..34 => Op::My { index, pinned: maybe(random), archived: maybe(random), muted: maybe(random) },
        34..36 => Op::Delete { index },
        36..62 => {
            let role = random.pick(&[None, Some(Role::Admin), Some(Role::Member)]).flatten();
            Op::PutMember { index, who, role }
        }
        62..72 => Op::RemoveMember { index, who },
        72..82 => Op::Join { index },
        82..88 => Op::Leave { index },
        88..93 => Op::Transfer { index, to: who },
        _ => Op::SetState { index, close: !world.conversations[index].is_closed || random.chance(20) },
    })
}

fn with_messages(world: &World, random: &mut Random, by: Who) -> Option<Op> {
    let index = conversation(world, random, by)?;
    let it = &world.conversations[index];
    Some(match random.below(100) {
        0..40 => send(world, random, (by, index)),
        40..52 => Op::Edit { at: (index, message(it, random, by)?), body: body(random) },
        52..60 => Op::DeleteMessage { at: (index, message(it, random, by)?) },
        60..76 => {
            let at = (index, message(it, random, by)?);
            Op::React { at, emoji: random.below(EMOJI.len()), active: random.chance(70) }
        }
        76..97 => {
            let seq = 1 + random.below(it.messages.len() + 2) as i64;
            Op::Mark { index, seq, is_read: random.chance(60) }
        }
        _ => Op::ReadAll,
    })
}

fn send(world: &World, random: &mut Random, (by, index): (Who, usize)) -> Op {
    let it = &world.conversations[index];
    let mine: Vec<_> = it.messages.iter().filter(|message| message.sender == Some(by)).collect();
    if random.chance(12)
        && let Some(sent) = random.pick(&mine)
    {
        // A repeat, now and then with something else in it.
        let body = if random.chance(25) { body(random) } else { sent.sent_body.clone() };
        let reply_to = sent.reply_to.map(|at| (index, at));
        return Op::Send { index, body, client_id: sent.client_id.clone(), reply_to };
    }
    let mut reply_to = None;
    if random.chance(20) {
        let other = if random.chance(10) { random.below(world.conversations.len()) } else { index };
        let known =
            world.conversations[other].messages.iter().filter(|message| !message.id.is_empty()).count();
        reply_to = (known > 0).then(|| (other, random.below(known)));
    }
    Op::Send { index, body: body(random), client_id: random.uuid(), reply_to }
}

/// A message whose id is known, rather an own one of late.
fn message(it: &Conversation, random: &mut Random, by: Who) -> Option<usize> {
    let known: Vec<_> = (0..it.messages.len()).filter(|at| !it.messages[*at].id.is_empty()).collect();
    let late: Vec<_> = known.iter().copied().rev().take(10).collect();
    let own: Vec<_> = late.iter().copied().filter(|at| it.messages[*at].sender == Some(by)).collect();
    match random.below(10) {
        0..6 => random.pick(&own),
        6..9 => random.pick(&late),
        _ => random.pick(&known),
    }
}

fn body(random: &mut Random) -> String {
    let words = ["hello", "where", "tomorrow", "yes", "what a day"];
    let word = words[random.below(words.len())];
    match random.below(4) {
        0 => format!("{word} @{}", NAMES[random.below(PEOPLE)]),
        1 => format!(
            "@{} {word} @{} mail@{}",
            NAMES[random.below(PEOPLE)],
            NAMES[random.below(PEOPLE)],
            NAMES[0]
        ),
        _ => format!("{word} {}", random.below(5)),
    }
}
