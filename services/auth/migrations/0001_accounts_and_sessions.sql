-- The first tables of auth: who has an account, on which devices they are signed in, which keys sign access tokens,
-- who guesses passwords, and the events that must leave with the change they tell of.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE accounts (
    user_id uuid NOT NULL,
    -- Lower case; what people sign in with. The profile that others see belongs to social-graph.
    username text NOT NULL,
    -- As typed, trimmed; NULL when the account has none.
    email text,
    -- For comparison: lower-cased by the service, never by a collation.
    email_lower text,
    email_verified_at timestamptz,
    -- PHC string; NULL when the account has no password.
    password_hash text,
    roles text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (user_id),
    CONSTRAINT accounts_username_key UNIQUE (username),
    CONSTRAINT accounts_email_check CHECK ((email IS NULL) = (email_lower IS NULL)),
    CONSTRAINT accounts_email_verified_check CHECK (email_verified_at IS NULL OR email IS NOT NULL)
);
-- An address belongs to one account once it is verified there; unverified ones may repeat.
CREATE UNIQUE INDEX accounts_verified_email_key ON accounts (email_lower) WHERE email_verified_at IS NOT NULL;
CREATE INDEX accounts_email_lower_idx ON accounts (email_lower);

CREATE TABLE sessions (
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- `password`, or the id of an outside provider.
    method text NOT NULL,
    user_agent text NOT NULL,
    ip text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    -- The absolute end; nothing extends it.
    expires_at timestamptz NOT NULL,
    -- Set when it ended before its time.
    ended_at timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (session_id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id, session_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- Every token a session ever had, so that the use of an old one is noticed.
CREATE TABLE refresh_tokens (
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    -- Set by the first use, with the successor that it gave.
    used_at timestamptz,
    successor_hash bytea,
    -- The successor, sealed under a key that only this token gives.
    successor_sealed bytea,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash),
    CONSTRAINT refresh_tokens_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT refresh_tokens_used_check
        CHECK ((used_at IS NULL) = (successor_hash IS NULL) AND (successor_hash IS NULL) = (successor_sealed IS NULL)),
    CONSTRAINT refresh_tokens_session_id_fkey
        FOREIGN KEY (session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_session_id_idx ON refresh_tokens (session_id);

-- Devices that signed in to an account before: strangers can't lock those out.
CREATE TABLE device_tokens (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT device_tokens_pkey PRIMARY KEY (token_hash),
    CONSTRAINT device_tokens_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT device_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX device_tokens_user_id_idx ON device_tokens (user_id);
CREATE INDEX device_tokens_expires_at_idx ON device_tokens (expires_at);

-- Failed sign-ins of one identifier or one known device.
CREATE TABLE login_guards (
    -- SHA-256 of what is counted, so that nobody reads here what people typed.
    subject_hash bytea NOT NULL,
    failed_at timestamptz[] NOT NULL,
    locked_until timestamptz,
    updated_at timestamptz NOT NULL,
    CONSTRAINT login_guards_pkey PRIMARY KEY (subject_hash),
    CONSTRAINT login_guards_subject_hash_check CHECK (octet_length(subject_hash) = 32)
);
CREATE INDEX login_guards_updated_at_idx ON login_guards (updated_at);

CREATE TABLE signing_keys (
    key_id uuid NOT NULL,
    public_key bytea NOT NULL,
    -- The Ed25519 seed, sealed with AES-256-GCM under the sealing key of the settings, bound to key_id.
    sealed_seed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- Once set, nothing is signed or verified with it any more.
    retired_at timestamptz,
    CONSTRAINT signing_keys_pkey PRIMARY KEY (key_id),
    CONSTRAINT signing_keys_public_key_check CHECK (octet_length(public_key) = 32)
);

CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    subjects text[] NOT NULL,
    payload bytea NOT NULL,
    traceparent text,
    created_at timestamptz NOT NULL,
    CONSTRAINT outbox_pkey PRIMARY KEY (outbox_id)
);
