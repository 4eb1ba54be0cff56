//! Three people who know each other, with a short history, a group and a room: what `pulse up --demo` shows. Made through the public API,
//! and only where missing, so a second start changes nothing.

use anyhow::Context as _;
use pulse_client::{Client, Conversation, Error, NewAccount, NewConversation, NewMessage, SignedIn};
use uuid::Uuid;

/// Everybody's password.
const PASSWORD: &str = "correct-horse-battery";
/// Said when all is there.
pub const WELCOME: &str =
    "demo: sign in as ada, grace or linus, each with the password correct-horse-battery";

const PEOPLE: [(&str, &str); 3] =
    [("ada", "Ada Lovelace"), ("grace", "Grace Hopper"), ("linus", "Linus Torvalds")];

/// The two people of a conversation, by their place in [`PEOPLE`].
type Pair = (usize, usize);

/// Who said what, by place.
const TALKS: [(Pair, &[(usize, &str)]); 3] = [
    (
        (0, 1),
        &[
            (0, "Good morning, Grace. Did the compiler behave last night?"),
            (1, "It found a moth. I taped it into the log book."),
            (0, "Then it is the first bug report with the bug attached."),
            (1, "And the first that nobody can close as not reproducible."),
            (0, "I have drafted note G again, with a loop in it this time."),
            (1, "Send it over, I will run it as soon as the tapes are back."),
        ],
    ),
    (
        (0, 2),
        &[
            (2, "Hi Ada, I read your notes on the engine. Who reviews the patches?"),
            (0, "Mr Babbage, in theory. In practice the cogs do."),
            (2, "Talk is cheap. Show me the cards."),
        ],
    ),
    (
        (1, 2),
        &[
            (1, "Linus, here is a nanosecond for your desk: thirty centimetres of wire."),
            (2, "Thanks! I will hang it next to the scheduler."),
        ],
    ),
];

/// A group or room with all three in it.
struct Gathering {
    is_room: bool,
    title: &'static str,
    topic: &'static str,
    /// By place.
    owner: usize,
    talk: &'static [(usize, &'static str)],
}

const GATHERINGS: [Gathering; 2] = [
    Gathering {
        is_room: false,
        title: "Compilers and cards",
        topic: "What runs tonight",
        owner: 0,
        talk: &[
            (0, "I thought the three of us should have one place for this."),
            (1, "Good. @linus keeps the cards, @ada keeps the loops, I keep the moths."),
            (2, "Rebased. The cards are in order again."),
        ],
    },
    Gathering {
        is_room: true,
        title: "Analytical engines",
        topic: "Everybody is welcome; bring your own cogs",
        owner: 1,
        talk: &[
            (1, "Welcome! Introduce yourself, and say what you compute."),
            (2, "Hello. Mostly I say no to patches."),
            (0, "Hello. Bernoulli numbers, when the steam lasts."),
        ],
    },
];

/// Makes the people, their connections and their history at the service behind `url`.
///
/// # Errors
/// When the service refuses or does not answer, or when a name is taken by somebody with another password.
pub async fn seed(url: &str) -> anyhow::Result<()> {
    let client = Client::new(url)?;
    let mut people = Vec::new();
    for (username, display_name) in PEOPLE {
        people.push(sign_in(&client, username, display_name).await?);
    }
    for (number, ((one, other), talk)) in (0_u128..).zip(TALKS) {
        let (one, other) = (person(&people, one)?, person(&people, other)?);
        connect(one, other).await?;
        let conversation = one.open_direct(other.user_id()).await?;
        for (line, (speaker, body)) in (0_u128..).zip(talk) {
            say(person(&people, *speaker)?, &conversation, fixed_id(number, line), body).await?;
        }
    }
    for (number, gathering) in (0x100_u128..).zip(&GATHERINGS) {
        match gather(&people, number, gathering).await {
            // Somebody has left, closed or deleted it since: that is how it is to stay.
            Err(error) if error.downcast_ref::<Error>().is_some_and(|error| error.code().is_some()) => {}
            done => done?,
        }
    }
    for person in people {
        person.logout().await?;
    }
    Ok(())
}

/// The same on each start: what is there already is not made or said twice.
const fn fixed_id(number: u128, line: u128) -> Uuid {
    Uuid::from_u128(0x0de3_0000_0000_7000_8000_0000_0000_0000 | (number << 16) | line)
}

async fn say(
    speaker: &SignedIn,
    conversation: &Conversation,
    client_id: Uuid,
    body: &str,
) -> Result<(), Error> {
    let message = NewMessage { client_id, ..NewMessage::new(body) };
    speaker.send(conversation.id, &message).await.map(drop)
}

async fn gather(people: &[SignedIn], number: u128, gathering: &Gathering) -> anyhow::Result<()> {
    let owner = person(people, gathering.owner)?;
    let others = || people.iter().filter(|person| person.user_id() != owner.user_id());
    let new = match gathering.is_room {
        true => NewConversation::room(gathering.title),
        false => NewConversation::group(
            Some(gathering.title.to_owned()),
            others().map(SignedIn::user_id).collect(),
        ),
    };
    let topic = Some(gathering.topic.to_owned());
    let new = NewConversation { topic, client_id: Some(fixed_id(number, 0)), ..new };
    let (conversation, is_new) = owner.create(&new).await?;
    if is_new && gathering.is_room {
        for other in others() {
            other.join(conversation.id).await?;
        }
    }
    for (line, (speaker, body)) in (1_u128..).zip(gathering.talk) {
        say(person(people, *speaker)?, &conversation, fixed_id(number, line), body).await?;
    }
    Ok(())
}

fn person(people: &[SignedIn], place: usize) -> anyhow::Result<&SignedIn> {
    people.get(place).context("no such person")
}

async fn sign_in(client: &Client, username: &str, display_name: &str) -> anyhow::Result<SignedIn> {
    let mut account = NewAccount::new(username, format!("{username}@example.com"), PASSWORD);
    account.display_name = Some(display_name.to_owned());
    match client.register(&account).await {
        Err(error) if error.code() == Some("username_taken") => {
            client.login(username, PASSWORD).await.with_context(|| format!("{username} has another password"))
        }
        made => made.with_context(|| format!("{username} cannot be registered")),
    }
}

async fn connect(one: &SignedIn, other: &SignedIn) -> Result<(), Error> {
    if one.follow(other.user_id()).await?.connected {
        return Ok(());
    }
    let requests = other.follow_requests().await?;
    match requests.items.into_iter().find(|request| request.user.id == one.user_id()) {
        Some(request) => other.accept(request.id, true).await?,
        // The request was accepted in an earlier start that was cut short.
        None => other.follow(one.user_id()).await?,
    };
    Ok(())
}
