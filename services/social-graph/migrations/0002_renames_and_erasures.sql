-- Why: accounts take other usernames, and people leave. A rename names its time, so that an older one that arrives late
-- changes nothing. Who was erased is remembered longer than any event that could make the profile again.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- When the account took its present username; null while it has its first one.
ALTER TABLE profiles ADD COLUMN renamed_at timestamptz;

-- People who were erased: nothing but the id, kept for 30 days.
CREATE TABLE erased_people (
    user_id uuid CONSTRAINT erased_people_pkey PRIMARY KEY,
    erased_at timestamptz NOT NULL
);

CREATE INDEX erased_people_erased_at_idx ON erased_people (erased_at);
-- All that is told to message-store of one person, when that person is erased.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deliveries_second_user_id_idx ON deliveries (second_user_id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deliveries_first_user_id_idx ON deliveries (first_user_id);
-- Whom somebody is followed by, whatever the state: the key serves the other direction.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX follows_followed_id_idx ON follows (followed_id, follower_id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX pairs_high_user_id_idx ON pairs (high_user_id);
