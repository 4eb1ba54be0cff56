//! Three people who know each other, with a short history: what `pulse up --demo` shows. Made through the public API,
//! and only where missing, so a second start changes nothing.

use anyhow::Context as _;
use pulse_client::{Client, Error, NewAccount, NewMessage, SignedIn};
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
            // The same id on each start: what is there already is not said twice.
            let client_id =
                Uuid::from_u128(0x0de3_0000_0000_7000_8000_0000_0000_0000 | (number << 16) | line);
            let message = NewMessage { client_id, body: (*body).to_owned(), reply_to: None };
            person(&people, *speaker)?.send(conversation.id, &message).await?;
        }
    }
    for person in people {
        person.logout().await?;
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
