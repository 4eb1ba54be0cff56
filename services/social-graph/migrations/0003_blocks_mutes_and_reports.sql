-- Why: people block, mute and report one another; names are found by likeness; sync asks what changed between people; what
-- people chose of their presence outlives the gateways.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Names that contain, or are like, what is searched for.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX profiles_username_trgm_idx ON profiles USING gin (username gin_trgm_ops);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX profiles_search_name_trgm_idx ON profiles USING gin (search_name gin_trgm_ops);

CREATE TABLE blocks (
    blocker_id uuid NOT NULL,
    blocked_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT blocks_pkey PRIMARY KEY (blocker_id, blocked_id),
    CONSTRAINT blocks_oneself_check CHECK (blocker_id <> blocked_id),
    CONSTRAINT blocks_blocker_id_fkey FOREIGN KEY (blocker_id) REFERENCES profiles (user_id),
    CONSTRAINT blocks_blocked_id_fkey FOREIGN KEY (blocked_id) REFERENCES profiles (user_id)
);
CREATE INDEX blocks_created_at_idx ON blocks (blocker_id, created_at DESC, blocked_id DESC);
CREATE INDEX blocks_blocked_id_idx ON blocks (blocked_id, blocker_id);

CREATE TABLE mutes (
    muter_id uuid NOT NULL,
    muted_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT mutes_pkey PRIMARY KEY (muter_id, muted_id),
    CONSTRAINT mutes_oneself_check CHECK (muter_id <> muted_id),
    CONSTRAINT mutes_muter_id_fkey FOREIGN KEY (muter_id) REFERENCES profiles (user_id),
    CONSTRAINT mutes_muted_id_fkey FOREIGN KEY (muted_id) REFERENCES profiles (user_id)
);
CREATE INDEX mutes_created_at_idx ON mutes (muter_id, created_at DESC, muted_id DESC);
CREATE INDEX mutes_muted_id_idx ON mutes (muted_id, muter_id);

-- Followers and followed people, newest first.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX follows_followers_idx ON follows (followed_id, created_at DESC, follower_id DESC) WHERE state = 'accepted';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX follows_following_idx ON follows (follower_id, created_at DESC, followed_id DESC) WHERE state = 'accepted';

-- What operators answer. Ids without foreign keys: a report outlives accounts, without their names.
CREATE TABLE reports (
    report_id uuid CONSTRAINT reports_pkey PRIMARY KEY,
    -- Null when the account is gone.
    reporter_id uuid,
    user_id uuid NOT NULL,
    message_id uuid,
    reason text NOT NULL CONSTRAINT reports_reason_check CHECK (reason IN (
        'spam', 'harassment', 'hate', 'violence', 'sexual', 'self_harm', 'impersonation', 'other'
    )),
    detail text NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    note text NOT NULL DEFAULT ''
);
CREATE INDEX reports_waiting_idx ON reports (created_at, report_id) WHERE resolved_at IS NULL;
CREATE INDEX reports_resolved_idx ON reports (created_at, report_id) WHERE resolved_at IS NOT NULL;
CREATE INDEX reports_reporter_id_idx ON reports (reporter_id);
CREATE INDEX reports_user_id_idx ON reports (user_id);

-- The last change between somebody and others, or of a connected person's profile: what sync compares its point with.
CREATE TABLE relationship_points (
    user_id uuid CONSTRAINT relationship_points_pkey PRIMARY KEY,
    changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- What people chose of their presence, and when others saw them last. A table of its own: it is written whenever somebody leaves.
CREATE TABLE standings (
    user_id uuid CONSTRAINT standings_pkey PRIMARY KEY,
    availability text NOT NULL DEFAULT 'free'
        CONSTRAINT standings_availability_check CHECK (availability IN ('free', 'dnd', 'invisible')),
    -- Counts the changes of the availability, and of who may see the presence.
    version bigint NOT NULL DEFAULT 0,
    last_seen_at timestamptz
) WITH (fillfactor = 70);

-- message-store keeps three of the choices from now on; it is told of those who have not chosen the defaults.
UPDATE profiles SET version = version + 1 WHERE NOT send_read_receipts OR show_presence <> 'connections' OR locale <> 'en';
INSERT INTO deliveries (first_user_id, second_user_id, created_at, next_attempt_at)
    SELECT user_id, user_id, now(), now() FROM profiles WHERE NOT send_read_receipts OR show_presence <> 'connections' OR locale <> 'en';
