//! Section 4: follows, requests, blocks and mutes.

use super::world::{Answer, FORBIDDEN, Follow, INVALID, NOT_FOUND, Who, World};

impl World {
    pub(super) fn follow(&mut self, by: Who, to: Who) -> Result<Answer, Answer> {
        self.require_other(by, to)?;
        if self.blocks[by][to] {
            return Err(FORBIDDEN);
        }
        if self.follows[by][to] != Follow::None {
            return Ok((200, ""));
        }
        if self.follows[to][by] != Follow::None {
            // They follow already, or the two requests cross.
            self.follows[to][by] = Follow::Accepted;
            self.follows[by][to] = Follow::Accepted;
            return Ok((200, ""));
        }
        if self.is_shy[to] {
            return Err(FORBIDDEN);
        }
        self.follows[by][to] = if self.is_open[to] { Follow::Accepted } else { Follow::Requested };
        Ok((200, ""))
    }

    pub(super) fn unfollow(&mut self, by: Who, to: Who) -> Result<Answer, Answer> {
        self.require_other(by, to)?;
        self.follows[by][to] = Follow::None;
        Ok((200, ""))
    }

    pub(super) fn answer_request(
        &mut self,
        by: Who,
        from: Who,
        accept: Option<bool>,
    ) -> Result<Answer, Answer> {
        if self.follows[from][by] != Follow::Requested {
            return Err(NOT_FOUND);
        }
        match accept {
            None => {
                self.follows[from][by] = Follow::None;
                Ok((204, ""))
            }
            Some(follow_back) => {
                self.follows[from][by] = Follow::Accepted;
                if follow_back {
                    self.follows[by][from] = Follow::Accepted;
                }
                Ok((200, ""))
            }
        }
    }

    pub(super) fn remove_follower(&mut self, by: Who, follower: Who) -> Result<Answer, Answer> {
        self.require_other(by, follower)?;
        self.follows[follower][by] = Follow::None;
        Ok((204, ""))
    }

    pub(super) fn block(&mut self, by: Who, to: Who, active: bool) -> Result<Answer, Answer> {
        if by == to {
            return Err(INVALID);
        }
        self.blocks[by][to] = active;
        if active {
            self.follows[by][to] = Follow::None;
            self.follows[to][by] = Follow::None;
        }
        Ok((204, ""))
    }

    pub(super) fn mute(&mut self, by: Who, to: Who, active: bool) -> Result<Answer, Answer> {
        self.require_other(by, to)?;
        self.mutes[by][to] = active;
        Ok((204, ""))
    }

    fn require_other(&self, by: Who, to: Who) -> Result<(), Answer> {
        match by == to {
            true => Err(INVALID),
            false if self.hidden(to, by) => Err(NOT_FOUND),
            false => Ok(()),
        }
    }
}
