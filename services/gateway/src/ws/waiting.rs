//! Frames that wait for one socket: their order, their bounds, and what gives way under pressure.

use std::collections::{HashMap, VecDeque};

use pulse_types::{ConversationId, UserId};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Frames that may wait.
const FRAMES_MAX: usize = 4096;
/// Bytes that may wait, of frames that several sockets may share.
const BYTES_MAX: usize = 4 << 20;
/// Bytes taken at once, unless the first frame alone has more: what was taken is not counted here any more.
const TAKE_BYTES: usize = 64 << 10;

/// What may become of a frame when its socket reads slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It arrives, or the socket is closed with 4503.
    Durable,
    /// It tells a state: a newer one of the same key takes the place of one that still waits. It arrives otherwise.
    Latest(Key),
    /// It tells a moment: dropped once half of what may wait is waiting.
    Passing,
}

/// Which state a frame tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// How far a member has come: `receipt.updated`.
    Receipt(ConversationId, UserId),
    /// What is unread: `unread.updated`.
    Unread(ConversationId),
    /// How many are online: `presence.count`.
    OnlineCount(ConversationId),
}

/// A frame that must arrive found no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom;

/// The frames of one socket. An empty one holds no memory of its own.
#[derive(Debug, Default)]
pub struct Waiting {
    frames: VecDeque<Entry>,
    bytes: usize,
    /// How many of them are passing.
    passing: usize,
    /// Frames that have left; with the index in `frames` it is the number of a frame.
    left: u64,
    /// The numbers of the states that wait.
    latest: HashMap<Key, u64>,
}

#[derive(Debug)]
struct Entry {
    frame: Utf8Bytes,
    class: Class,
}

impl Waiting {
    /// Puts a frame before all others, whatever waits: it is the first of its socket.
    pub fn push_first(&mut self, frame: Utf8Bytes) {
        self.bytes += frame.len();
        self.frames.push_front(Entry { frame, class: Class::Durable });
        self.number_anew();
    }

    /// Adds a frame, or puts it in the place of an older one, or drops it, as its class says.
    ///
    /// # Errors
    /// [`NoRoom`]
    pub fn push(&mut self, frame: Utf8Bytes, class: Class) -> Result<(), NoRoom> {
        if self.frames.len() >= FRAMES_MAX / 2 || self.bytes + frame.len() > BYTES_MAX / 2 {
            if class == Class::Passing {
                return Ok(());
            }
            self.drop_passing();
        }
        let bytes = self.bytes;
        if let Class::Latest(key) = class
            && let Some(older) = self.waiting_of(key)
        {
            let with_newer = bytes - older.len() + frame.len();
            if with_newer > BYTES_MAX.max(bytes) {
                return Err(NoRoom);
            }
            *older = frame;
            self.bytes = with_newer;
            return Ok(());
        }
        // A frame of any size has room when nothing else waits: an answer may be large.
        let has_room = self.frames.len() < FRAMES_MAX && self.bytes + frame.len() <= BYTES_MAX;
        if !has_room && !self.frames.is_empty() {
            return Err(NoRoom);
        }
        match class {
            Class::Durable => {}
            Class::Latest(key) => {
                self.latest.insert(key, self.left + self.frames.len() as u64);
            }
            Class::Passing => self.passing += 1,
        }
        self.bytes += frame.len();
        self.frames.push_back(Entry { frame, class });
        Ok(())
    }

    /// Moves frames to `into` until it holds `count`, or enough bytes to be written at once.
    pub fn take(&mut self, into: &mut VecDeque<Utf8Bytes>, count: usize) {
        let mut bytes = 0;
        while into.len() < count && bytes < TAKE_BYTES {
            let Some(Entry { frame, class }) = self.frames.pop_front() else { break };
            self.left += 1;
            match class {
                Class::Durable => {}
                Class::Latest(key) => {
                    self.latest.remove(&key);
                }
                Class::Passing => self.passing -= 1,
            }
            bytes += frame.len();
            self.bytes -= frame.len();
            into.push_back(frame);
        }
        if self.frames.is_empty() {
            // An idle socket holds no memory for its busiest moment.
            self.frames.shrink_to(0);
            self.latest.shrink_to(0);
        }
    }

    /// Whether no frame waits.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    fn waiting_of(&mut self, key: Key) -> Option<&mut Utf8Bytes> {
        let index = self.latest.get(&key)?.checked_sub(self.left)?;
        self.frames.get_mut(usize::try_from(index).ok()?).map(|entry| &mut entry.frame)
    }

    /// Once each time that half is full: while it is, no more come in.
    fn drop_passing(&mut self) {
        if self.passing == 0 {
            return;
        }
        let bytes = &mut self.bytes;
        self.frames.retain(|entry| {
            let stays = entry.class != Class::Passing;
            if !stays {
                *bytes -= entry.frame.len();
            }
            stays
        });
        self.passing = 0;
        self.number_anew();
    }

    fn number_anew(&mut self) {
        self.latest.clear();
        for (number, entry) in (self.left..).zip(&self.frames) {
            if let Class::Latest(key) = entry.class {
                self.latest.insert(key, number);
            }
        }
    }
}

#[cfg(test)]
mod tests;
