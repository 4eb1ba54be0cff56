-- Second factors, mails and their tokens, outside identities, the audit log, exports and erasures.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- The address that waits to replace the present one.
ALTER TABLE accounts ADD COLUMN pending_email text, ADD COLUMN pending_email_lower text;
-- When the present username was taken; orders renames.
ALTER TABLE accounts ADD COLUMN renamed_at timestamptz;

-- Usernames that were given up: their former owner alone may have them back before `free_at`.
CREATE TABLE released_usernames (
    -- SHA-256 of the username: what is left of a deleted account names nobody.
    username_hash bytea NOT NULL,
    -- NULL when the account was deleted.
    former_user_id uuid,
    free_at timestamptz NOT NULL,
    CONSTRAINT released_usernames_pkey PRIMARY KEY (username_hash),
    CONSTRAINT released_usernames_username_hash_check CHECK (octet_length(username_hash) = 32)
);
CREATE INDEX released_usernames_free_at_idx ON released_usernames (free_at);

-- One browser may be known to several accounts. The table is small, and the new key is wider than the old one.
-- squawk-ignore ban-drop-constraint
ALTER TABLE device_tokens DROP CONSTRAINT device_tokens_pkey;
-- squawk-ignore adding-serial-primary-key-field, constraint-missing-not-valid
ALTER TABLE device_tokens ADD CONSTRAINT device_tokens_pkey PRIMARY KEY (token_hash, user_id);

-- From when on a key signs; it is published before. NULL: since it was made.
ALTER TABLE signing_keys ADD COLUMN signs_from timestamptz;

CREATE TABLE totp_factors (
    user_id uuid NOT NULL,
    -- The secret, sealed under the sealing key of the settings, bound to user_id.
    sealed_secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- NULL while it waits for its first code.
    activated_at timestamptz,
    -- The last step of 30 s whose code was used; codes of it and of earlier steps are used up.
    last_step bigint NOT NULL DEFAULT 0,
    CONSTRAINT totp_factors_pkey PRIMARY KEY (user_id),
    CONSTRAINT totp_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);

CREATE TABLE recovery_codes (
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash),
    CONSTRAINT recovery_codes_code_hash_check CHECK (octet_length(code_hash) = 32),
    CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);

-- Sign-ins that wait for their second factor.
CREATE TABLE mfa_challenges (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    -- `password`, or the id of an outside provider.
    method text NOT NULL,
    remember boolean NOT NULL,
    cookie boolean NOT NULL,
    -- The device token that the sign-in showed, sealed under a key that only the challenge's token gives; NULL when it
    -- showed none.
    sealed_device_token bytea,
    failures integer NOT NULL DEFAULT 0,
    used_at timestamptz,
    expires_at timestamptz NOT NULL,
    CONSTRAINT mfa_challenges_pkey PRIMARY KEY (token_hash),
    CONSTRAINT mfa_challenges_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT mfa_challenges_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX mfa_challenges_user_id_idx ON mfa_challenges (user_id);
CREATE INDEX mfa_challenges_expires_at_idx ON mfa_challenges (expires_at);

-- Tokens of links in mails. A used one is gone.
CREATE TABLE mail_tokens (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    -- The address that the mail went to, for comparison.
    email_lower text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT mail_tokens_pkey PRIMARY KEY (token_hash),
    -- A new mail voids the account's earlier token of its kind.
    CONSTRAINT mail_tokens_user_id_kind_key UNIQUE (user_id, kind),
    CONSTRAINT mail_tokens_kind_check CHECK (kind IN ('verify_email', 'reset_password')),
    CONSTRAINT mail_tokens_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT mail_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX mail_tokens_expires_at_idx ON mail_tokens (expires_at);

-- Mails that were not handed over yet; a row goes with its mail.
CREATE TABLE mails (
    mail_id uuid NOT NULL,
    -- Whose account it concerns: erased with it.
    user_id uuid NOT NULL,
    kind text NOT NULL,
    -- Address and content, sealed under the sealing key of the settings, bound to mail_id: links in mails are secrets.
    sealed_message bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- While one replica sends it, others leave it alone until then.
    next_attempt_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    -- It has lost its use by then.
    expires_at timestamptz NOT NULL,
    CONSTRAINT mails_pkey PRIMARY KEY (mail_id)
);
CREATE INDEX mails_next_attempt_at_idx ON mails (next_attempt_at);
CREATE INDEX mails_user_id_idx ON mails (user_id);

-- Outside sign-in: who is who there.
CREATE TABLE identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL,
    -- Under which id the issuer was configured when it was linked.
    provider_id text NOT NULL,
    email text,
    created_at timestamptz NOT NULL,
    CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject),
    CONSTRAINT identities_user_id_issuer_key UNIQUE (user_id, issuer),
    CONSTRAINT identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);

-- Flows that are under way in somebody's browser.
CREATE TABLE oauth_flows (
    state_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    provider_id text NOT NULL,
    -- Nonce and PKCE verifier, sealed under a key that only the state gives.
    sealed_secrets bytea NOT NULL,
    return_to text NOT NULL,
    -- The session that links an identity; NULL for a sign-in.
    user_id uuid,
    session_id uuid,
    expires_at timestamptz NOT NULL,
    CONSTRAINT oauth_flows_pkey PRIMARY KEY (state_hash),
    CONSTRAINT oauth_flows_state_hash_check CHECK (octet_length(state_hash) = 32),
    CONSTRAINT oauth_flows_browser_hash_check CHECK (octet_length(browser_hash) = 32),
    CONSTRAINT oauth_flows_link_check CHECK ((user_id IS NULL) = (session_id IS NULL)),
    CONSTRAINT oauth_flows_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX oauth_flows_user_id_idx ON oauth_flows (user_id);
CREATE INDEX oauth_flows_expires_at_idx ON oauth_flows (expires_at);

-- Finished outside sign-ins that wait to be exchanged. A used one is gone.
CREATE TABLE oauth_codes (
    code_hash bytea NOT NULL,
    provider_id text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    -- What the issuer told of the person, sealed under a key that only the code gives.
    sealed_profile bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT oauth_codes_pkey PRIMARY KEY (code_hash),
    CONSTRAINT oauth_codes_code_hash_check CHECK (octet_length(code_hash) = 32)
);
CREATE INDEX oauth_codes_expires_at_idx ON oauth_codes (expires_at);

-- The audit log. Each entry's hash covers the entry and the hash before; what tells where somebody was is covered by its
-- own salted hash, so that it can be forgotten without breaking the chain.
CREATE TABLE audit_log (
    -- Dense, from 1.
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    -- NULL when nobody is known.
    user_id uuid,
    event text NOT NULL,
    created_at timestamptz NOT NULL,
    -- NULL once forgotten.
    ip text,
    user_agent text,
    salt bytea,
    details_hash bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_pkey PRIMARY KEY (position),
    CONSTRAINT audit_log_event_id_key UNIQUE (event_id),
    CONSTRAINT audit_log_forgotten_check CHECK ((ip IS NULL) = (salt IS NULL) AND (user_agent IS NULL) = (salt IS NULL))
);
CREATE INDEX audit_log_user_id_idx ON audit_log (user_id, position DESC);
-- Entries that still tell where somebody was.
CREATE INDEX audit_log_details_idx ON audit_log (created_at) WHERE salt IS NOT NULL;

CREATE FUNCTION audit_log_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND NEW.salt IS NULL AND NEW.ip IS NULL AND NEW.user_agent IS NULL
        AND (NEW.position, NEW.event_id, NEW.event, NEW.created_at, NEW.details_hash, NEW.previous_hash, NEW.hash)
          = (OLD.position, OLD.event_id, OLD.event, OLD.created_at, OLD.details_hash, OLD.previous_hash, OLD.hash)
        AND NEW.user_id IS NOT DISTINCT FROM OLD.user_id
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit_log only grows; an entry may only forget ip and user_agent';
END $$;
CREATE TRIGGER audit_log_keep BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_keep();
CREATE TRIGGER audit_log_keep_all BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keep();

-- The end of the chain: one row, locked by whoever appends.
CREATE TABLE audit_head (
    only_one boolean NOT NULL DEFAULT true,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_pkey PRIMARY KEY (only_one),
    CONSTRAINT audit_head_only_one_check CHECK (only_one)
);
INSERT INTO audit_head (position, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- Accounts that are being erased. The row is the saga: each step that is done is noted, and repeated until it is.
CREATE TABLE erasures (
    user_id uuid NOT NULL,
    erase_messages boolean NOT NULL,
    requested_at timestamptz NOT NULL,
    -- Steps that are done: `social_graph`, `message_store`, `events`, …
    done text[] NOT NULL DEFAULT '{}',
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    last_error text,
    finished_at timestamptz,
    CONSTRAINT erasures_pkey PRIMARY KEY (user_id)
);
CREATE INDEX erasures_next_attempt_at_idx ON erasures (next_attempt_at) WHERE finished_at IS NULL;

CREATE TABLE exports (
    export_id uuid NOT NULL,
    user_id uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    last_error text,
    -- Set once the archive is whole.
    ready_at timestamptz,
    size bigint,
    expires_at timestamptz,
    CONSTRAINT exports_pkey PRIMARY KEY (export_id),
    CONSTRAINT exports_ready_check CHECK ((ready_at IS NULL) = (size IS NULL) AND (ready_at IS NULL) = (expires_at IS NULL)),
    CONSTRAINT exports_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX exports_user_id_idx ON exports (user_id);
CREATE INDEX exports_next_attempt_at_idx ON exports (next_attempt_at) WHERE ready_at IS NULL;

-- The archive of an export, in pieces of at most 256 KiB.
CREATE TABLE export_chunks (
    export_id uuid NOT NULL,
    position integer NOT NULL,
    chunk bytea NOT NULL,
    CONSTRAINT export_chunks_pkey PRIMARY KEY (export_id, position),
    CONSTRAINT export_chunks_export_id_fkey FOREIGN KEY (export_id) REFERENCES exports (export_id) ON DELETE CASCADE
);

-- Links that somebody asked for by mail. They are written a moment later, so that the answer to who asks takes the same
-- time whether or not an address is known.
CREATE TABLE mail_requests (
    request_id uuid NOT NULL,
    -- Whose address is to be verified; NULL for a new password.
    user_id uuid,
    -- The address, and where a request for a new password came from, sealed under the sealing key of the settings, bound to
    -- request_id.
    sealed_request bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT mail_requests_pkey PRIMARY KEY (request_id),
    CONSTRAINT mail_requests_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX mail_requests_user_id_idx ON mail_requests (user_id);
