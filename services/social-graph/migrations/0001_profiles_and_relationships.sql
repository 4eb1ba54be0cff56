-- Why: the first tables of social-graph. A profile for each account, who follows whom, one row for each pair of people
-- that ever had something between them (it is locked while that changes, and numbers the changes), and what must still
-- be told to message-store and to the bus.

CREATE TABLE profiles (
    user_id uuid CONSTRAINT profiles_pkey PRIMARY KEY,
    username text COLLATE "C" NOT NULL CONSTRAINT profiles_username_key UNIQUE,
    display_name text NOT NULL,
    -- The display name in lower case, folded by the service and not by the database's locale; searched by prefix.
    search_name text COLLATE "C" NOT NULL,
    bio text NOT NULL DEFAULT '',
    avatar_url text NOT NULL DEFAULT '',
    -- Numbers the changes of how the person is shown, from 1.
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    discoverable boolean NOT NULL,
    who_can_follow text NOT NULL
        CONSTRAINT profiles_who_can_follow_check CHECK (who_can_follow IN ('everyone', 'nobody')),
    approve_follows boolean NOT NULL,
    show_presence text NOT NULL
        CONSTRAINT profiles_show_presence_check CHECK (show_presence IN ('connections', 'nobody')),
    show_last_seen text NOT NULL
        CONSTRAINT profiles_show_last_seen_check CHECK (show_last_seen IN ('connections', 'nobody')),
    send_read_receipts boolean NOT NULL,
    send_typing boolean NOT NULL,
    notification_level text NOT NULL
        CONSTRAINT profiles_notification_level_check CHECK (notification_level IN ('all', 'mentions', 'none')),
    theme text NOT NULL CONSTRAINT profiles_theme_check CHECK (theme IN ('system', 'light', 'dark')),
    locale text NOT NULL,
    CONSTRAINT profiles_username_lower_check CHECK (username = lower(username))
);

-- Prefixes are ranges of bytes; the unique index on username serves its own.
CREATE INDEX profiles_search_name_idx ON profiles (search_name);

-- Two people, the smaller id first.
CREATE TABLE pairs (
    low_user_id uuid NOT NULL CONSTRAINT pairs_low_user_id_fkey REFERENCES profiles (user_id),
    high_user_id uuid NOT NULL CONSTRAINT pairs_high_user_id_fkey REFERENCES profiles (user_id),
    -- Numbers the changes between the two; 0 before the first.
    version bigint NOT NULL DEFAULT 0,
    -- Since when both follow one another; null while they do not.
    connected_at timestamptz,
    CONSTRAINT pairs_pkey PRIMARY KEY (low_user_id, high_user_id),
    CONSTRAINT pairs_order_check CHECK (low_user_id < high_user_id)
);

CREATE INDEX pairs_low_connected_idx ON pairs (low_user_id, connected_at DESC, high_user_id DESC)
    WHERE connected_at IS NOT NULL;
CREATE INDEX pairs_high_connected_idx ON pairs (high_user_id, connected_at DESC, low_user_id DESC)
    WHERE connected_at IS NOT NULL;

-- One direction; no row means that there is nothing.
CREATE TABLE follows (
    follower_id uuid NOT NULL,
    followed_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT follows_state_check CHECK (state IN ('requested', 'accepted')),
    -- Id of the request while it waits for an answer.
    request_id uuid CONSTRAINT follows_request_id_key UNIQUE,
    -- When it came into this state.
    created_at timestamptz NOT NULL,
    CONSTRAINT follows_pkey PRIMARY KEY (follower_id, followed_id),
    CONSTRAINT follows_oneself_check CHECK (follower_id <> followed_id),
    CONSTRAINT follows_request_id_check CHECK ((state = 'requested') = (request_id IS NOT NULL)),
    CONSTRAINT follows_follower_id_fkey FOREIGN KEY (follower_id) REFERENCES profiles (user_id),
    CONSTRAINT follows_followed_id_fkey FOREIGN KEY (followed_id) REFERENCES profiles (user_id)
);

CREATE INDEX follows_incoming_idx ON follows (followed_id, created_at DESC, request_id DESC)
    WHERE state = 'requested';
CREATE INDEX follows_outgoing_idx ON follows (follower_id, created_at DESC, request_id DESC)
    WHERE state = 'requested';

-- What message-store must still be told. A row names what changed; its state is read when it is sent, so that a late row
-- tells nothing stale.
CREATE TABLE deliveries (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT deliveries_pkey PRIMARY KEY,
    -- A person: both ids are the same. A pair: the smaller id first.
    first_user_id uuid NOT NULL,
    second_user_id uuid NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT deliveries_order_check CHECK (first_user_id <= second_user_id)
);

CREATE INDEX deliveries_next_attempt_at_idx ON deliveries (next_attempt_at, delivery_id);

-- Events that are not yet on the bus.
CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_pkey PRIMARY KEY,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    subjects text[] NOT NULL,
    payload bytea NOT NULL,
    traceparent text,
    created_at timestamptz NOT NULL
);

CREATE INDEX outbox_created_at_idx ON outbox (created_at, outbox_id);
