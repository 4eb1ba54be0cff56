//! The documents of an export that auth writes itself, page by page.

use pulse_types::UserId;

use crate::clients::holders::Piece;
use crate::ops::Parts;
use crate::store::{self, Conn, StoreError};

/// Rows in one piece; the longest are sessions, with less than 1 KiB each.
const PAGE: i64 = 200;

/// What stands at the beginning of each archive.
pub(super) const README: &str = "\
This archive holds all data that PulseChat keeps on you, as JSON documents (UTF-8, times in RFC 3339), and your files.

account.json          your account: username, address, second factor, roles
sessions.json         your signed-in devices, and those that ended of late
identities.json       accounts elsewhere by which you sign in
security_events.json  the security history of your account
profile.json          how others see you, what you chose in the settings, and when you were last seen
follows.json          whom you follow, who follows you, and requests that wait
blocks.json           whom you block
mutes.json            whom you mute
reports.json          what you reported
conversations.json    your conversations, how far you have read, what you muted, pinned or archived
departures.json       conversations that you have left
messages.json         the messages that you wrote, with what they said before you edited them
reactions.json        your reactions
attachments.json      the files that you uploaded, and where you posted them
files/                these files; images without their metadata, which was not kept

Not in here, because nobody can read it: your password and recovery codes (only their hashes are kept), the secret of your
second factor (sealed), and the tokens of your devices. Messages that others wrote to you are theirs, and so are their files.
";

/// A list of auth's own, with what stands for its first key.
#[derive(Debug, Clone)]
enum List {
    Sessions(store::held::SessionKey),
    Identities(String),
    Events(i64),
}

/// Where the documents go on.
#[derive(Debug, Clone)]
pub(super) struct Position {
    list: List,
    is_begun: bool,
}

impl List {
    const fn name(&self) -> &'static str {
        match self {
            Self::Sessions(_) => "sessions.json",
            Self::Identities(_) => "identities.json",
            Self::Events(_) => "security_events.json",
        }
    }

    /// A page of JSON texts, and where the list goes on.
    async fn page(
        &self,
        conn: &mut Conn,
        user_id: UserId,
    ) -> Result<(Vec<String>, Option<Self>), StoreError> {
        Ok(match self {
            Self::Sessions(after) => {
                cut(store::held::list_sessions(conn, user_id, *after, PAGE).await?, Self::Sessions)
            }
            Self::Identities(after) => {
                cut(store::held::list_identities(conn, user_id, after, PAGE).await?, Self::Identities)
            }
            Self::Events(after) => {
                cut(store::held::list_events(conn, user_id, *after, PAGE).await?, Self::Events)
            }
        })
    }

    fn following(&self) -> Option<Self> {
        match self {
            Self::Sessions(_) => Some(Self::Identities(String::new())),
            Self::Identities(_) => Some(Self::Events(0)),
            Self::Events(_) => None,
        }
    }
}

fn cut<K: Clone>(rows: Vec<store::held::Row<K>>, to_list: fn(K) -> List) -> (Vec<String>, Option<List>) {
    let is_full = i64::try_from(rows.len()) == Ok(PAGE);
    let next = rows.last().filter(|_| is_full).map(|(key, _)| to_list(key.clone()));
    (rows.into_iter().map(|(_, json)| json).collect(), next)
}

/// The account; `None` when it is gone.
pub(super) async fn account(parts: &Parts, user_id: UserId) -> Result<Option<Piece>, StoreError> {
    let json = store::held::find_account(&mut *parts.db.conn().await?, user_id).await?;
    Ok(json.map(|json| Piece { name: "account.json".to_owned(), bytes: json.into_bytes() }))
}

/// Where the lists begin.
pub(super) fn first() -> Position {
    Position { list: List::Sessions(store::held::SessionKey::default()), is_begun: false }
}

/// A piece of a list, and where to go on; `None` after the last list.
pub(super) async fn next(
    parts: &Parts,
    user_id: UserId,
    position: Position,
) -> Result<(Piece, Option<Position>), StoreError> {
    let Position { list, mut is_begun } = position;
    let (rows, more) = list.page(&mut *parts.db.conn().await?, user_id).await?;
    let mut text = String::new();
    for row in rows {
        text.push_str(if is_begun { ",\n" } else { "[\n" });
        text.push_str(&row);
        is_begun = true;
    }
    if more.is_none() {
        text.push_str(if is_begun { "\n]\n" } else { "[]\n" });
    }
    let next = match more {
        Some(more) => Some(Position { list: more, is_begun }),
        None => list.following().map(|list| Position { list, is_begun: false }),
    };
    Ok((Piece { name: list.name().to_owned(), bytes: text.into_bytes() }, next))
}
