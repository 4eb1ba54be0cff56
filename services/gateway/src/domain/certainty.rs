//! What is known of sessions while the bus is away: until when one was certain to live, and when that is too long ago.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use pulse_types::SessionId;

/// How long knowledge lasts (contract section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// While the bus is away auth is asked this often.
    pub check_every: Duration,
    /// What could not be checked for this long is refused.
    pub refuse_after: Duration,
    /// How long after its return the bus is not yet relied on: those who publish must come back as well.
    pub settle: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            check_every: Duration::from_secs(15),
            refuse_after: Duration::from_secs(30),
            settle: Duration::from_secs(5),
        }
    }
}

/// How certain it is that a session lives which nobody has said to have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Certain enough.
    Certain,
    /// Auth must be asked; until it answers the session counts.
    Due,
    /// Auth must be asked; until it answers the session is refused.
    Unknown,
}

/// The bus, and what auth has vouched for while it was away.
#[derive(Debug)]
pub struct Certainty {
    times: Times,
    bus: Bus,
    vouched: HashMap<SessionId, Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bus {
    /// Every end is heard at once.
    Heard,
    /// All that ended before this moment was heard; nothing ever was when there is none.
    Away(Option<Instant>),
}

impl Certainty {
    /// Nothing was heard yet.
    #[must_use]
    pub fn new(times: Times) -> Self {
        Self { times, bus: Bus::Away(None), vouched: HashMap::new() }
    }

    /// The bus tells every end, and has told all that were missed.
    pub fn bus_is_heard(&mut self) {
        self.bus = Bus::Heard;
        self.vouched.clear();
    }

    /// The bus is away; until `heard_until` nothing was missed.
    pub fn bus_is_away(&mut self, heard_until: Option<Instant>) {
        if self.bus == Bus::Heard {
            self.bus = Bus::Away(heard_until);
        }
    }

    /// Whether every end is heard at once.
    #[must_use]
    pub fn is_bus_heard(&self) -> bool {
        self.bus == Bus::Heard
    }

    /// Auth was asked at `asked_at` and said that the session lives.
    pub fn vouch(&mut self, session_id: SessionId, asked_at: Instant) {
        if self.bus != Bus::Heard {
            self.vouched.insert(session_id, asked_at);
        }
    }

    /// Forgets what says nothing any more.
    pub fn sweep(&mut self, now: Instant) {
        let refuse_after = self.times.refuse_after;
        self.vouched.retain(|_, at| now.duration_since(*at) < refuse_after);
    }

    /// How certain it is that a session lives.
    #[must_use]
    pub fn standing(&self, session_id: SessionId, now: Instant) -> Standing {
        let Bus::Away(heard_until) = self.bus else { return Standing::Certain };
        let certain_at = self.vouched.get(&session_id).copied().max(heard_until);
        match certain_at.map(|at| now.duration_since(at)) {
            Some(age) if age < self.times.check_every => Standing::Certain,
            Some(age) if age < self.times.refuse_after => Standing::Due,
            _ => Standing::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn session() -> SessionId {
        SessionId::new(&SystemClock)
    }

    #[test]
    fn while_the_bus_is_heard_all_is_certain() {
        let mut certainty = Certainty::new(Times::default());
        let (ada, now) = (session(), Instant::now());
        assert_eq!(certainty.standing(ada, now), Standing::Unknown, "nothing was heard since the start");
        certainty.bus_is_heard();
        assert_eq!(certainty.standing(ada, now + SECOND * 3600), Standing::Certain);
    }

    #[test]
    fn what_the_bus_said_lasts_15_s_and_counts_for_30() {
        let mut certainty = Certainty::new(Times::default());
        let (ada, start) = (session(), Instant::now());
        certainty.bus_is_heard();
        certainty.bus_is_away(Some(start));
        certainty.bus_is_away(Some(start + SECOND * 9));
        for (age, expected) in [
            (0, Standing::Certain),
            (14, Standing::Certain),
            (15, Standing::Due),
            (29, Standing::Due),
            (30, Standing::Unknown),
            (300, Standing::Unknown),
        ] {
            assert_eq!(certainty.standing(ada, start + SECOND * age), expected, "after {age} s");
        }
    }

    #[test]
    fn auth_vouches_for_one_session_from_the_moment_it_was_asked() {
        let mut certainty = Certainty::new(Times::default());
        let (ada, bob, start) = (session(), session(), Instant::now());
        certainty.vouch(ada, start + SECOND * 20);
        assert_eq!(certainty.standing(ada, start + SECOND * 34), Standing::Certain);
        assert_eq!(certainty.standing(ada, start + SECOND * 36), Standing::Due);
        assert_eq!(certainty.standing(ada, start + SECOND * 50), Standing::Unknown);
        assert_eq!(certainty.standing(bob, start + SECOND * 20), Standing::Unknown);
        certainty.sweep(start + SECOND * 50);
        assert!(certainty.vouched.is_empty());
    }

    #[test]
    fn what_auth_said_before_counts_no_more_once_the_bus_was_heard() {
        let mut certainty = Certainty::new(Times::default());
        let (ada, start) = (session(), Instant::now());
        certainty.vouch(ada, start + SECOND * 5);
        certainty.bus_is_heard();
        certainty.vouch(ada, start + SECOND * 6);
        certainty.bus_is_away(Some(start));
        assert_eq!(certainty.standing(ada, start + SECOND * 16), Standing::Due);
    }
}
