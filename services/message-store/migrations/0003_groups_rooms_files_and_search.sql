-- Why: groups and rooms, what happens to messages after they were sent, files, search, and sync by the order of commits.
-- Everything on the path of a message still begins its key with conversation_id. `changed_xid` is the transaction of the last
-- change: a sync token is a snapshot, and what is not visible in it has changed since. In the conversations of one locked
-- head the order of versions is the order of commits, so what a snapshot does not show is a suffix of the versions.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- The words of messages beside their conversation in one index; names that contain what is searched for.
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER TABLE people
    ADD COLUMN sends_read_receipts boolean NOT NULL DEFAULT true,
    -- BCP 47 tag.
    ADD COLUMN locale text NOT NULL DEFAULT 'en',
    ADD COLUMN shows_presence boolean NOT NULL DEFAULT true;
-- Who is left out when those who are there are counted.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX people_hidden_idx ON people (user_id) WHERE NOT shows_presence;
-- Whom `@name` means.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX people_username_idx ON people (username) WHERE username IS NOT NULL;

-- Whoever is blocked may not see who blocks them.
ALTER TABLE connections
    ADD COLUMN low_blocks boolean NOT NULL DEFAULT false,
    ADD COLUMN high_blocks boolean NOT NULL DEFAULT false;
-- Both parts: by one alone a lookup of a pair would read all connections of somebody who has many.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX connections_high_low_idx ON connections (high_user_id, low_user_id);
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX connections_high_user_id_idx;

ALTER TABLE conversations ADD COLUMN avatar_url text NOT NULL DEFAULT '';
-- The directory of rooms, busiest first, and the names in it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX conversations_rooms_idx ON conversations (member_count DESC, conversation_id DESC) WHERE kind = 'room';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX conversations_room_names_idx ON conversations USING gin (lower(title || ' ' || topic) gin_trgm_ops)
    WHERE kind = 'room';

-- The transaction that made somebody a member: whether a sync token has seen them in the conversation.
ALTER TABLE members ADD COLUMN joined_xid xid8 NOT NULL DEFAULT '0';
ALTER TABLE members ALTER COLUMN joined_xid SET DEFAULT pg_current_xact_id();
-- Owner, then admins, then the others.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX members_rank_idx ON members (conversation_id, (CASE role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END), joined_at, user_id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX members_version_idx ON members (conversation_id, version);

-- People who are not in a conversation any more, and members of deleted ones: what sync and changes tell. It goes when the
-- person comes back, with the conversation 31 days after its end, and with the person. No foreign key: it outlives both.
CREATE TABLE departures (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- The conversation's version of the departure.
    version bigint NOT NULL,
    -- Removed from a room by an admin: may not join again until added.
    is_barred boolean NOT NULL DEFAULT false,
    departed_at timestamptz NOT NULL,
    changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT departures_pkey PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX departures_user_id_idx ON departures (user_id, conversation_id);
CREATE INDEX departures_version_idx ON departures (conversation_id, version);

-- Conversations that were deleted and whose messages are still to go, in pieces.
CREATE TABLE deleted_conversations (
    conversation_id uuid CONSTRAINT deleted_conversations_pkey PRIMARY KEY,
    deleted_at timestamptz NOT NULL,
    -- Null while something is left.
    emptied_at timestamptz
);

-- What a client named the conversation it opened, so that a repeat is recognised.
CREATE TABLE conversation_requests (
    creator_id uuid NOT NULL,
    client_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    -- SHA-256 of what was asked for.
    digest bytea NOT NULL,
    CONSTRAINT conversation_requests_pkey PRIMARY KEY (creator_id, client_id)
);
CREATE INDEX conversation_requests_conversation_id_idx ON conversation_requests (conversation_id);

ALTER TABLE messages
    ADD COLUMN mentioned_user_ids uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN attachment_ids uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN has_reactions boolean NOT NULL DEFAULT false,
    -- SHA-256 of what was first sent, once an edit or a deletion has changed it: a repeat is compared with it.
    ADD COLUMN sent_digest bytea,
    -- The conversation's version at which the body was written; null when it is `version`.
    ADD COLUMN body_version bigint,
    -- Of system messages.
    ADD COLUMN system_event text,
    ADD COLUMN system_actor_id uuid,
    ADD COLUMN system_user_id uuid,
    ADD COLUMN system_title text,
    ADD COLUMN system_topic text,
    ADD COLUMN system_role text,
    -- The words of the body, plain and by the stems of the sender's language; null when there are none.
    ADD COLUMN words tsvector,
    ADD COLUMN changed_xid xid8 NOT NULL DEFAULT '0';
ALTER TABLE messages ALTER COLUMN changed_xid SET DEFAULT pg_current_xact_id();
-- Only for queries that say `version > 0`, which is always true: while the tables are small the others would take it for its
-- first column, and read a conversation whole once it has grown.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX messages_version_idx ON messages (conversation_id, version) WHERE version > 0;
-- New entries wait in a list and are put in their places together, which costs a third. The list is short, because each of the
-- many small scans of one search reads it whole.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX messages_words_idx ON messages USING gin (conversation_id, words) WITH (gin_pending_list_limit = 64);

-- Who is mentioned where: what mention counts are counted from.
CREATE TABLE mentions (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT mentions_pkey PRIMARY KEY (conversation_id, user_id, seq)
);

-- Earlier bodies of edited messages.
CREATE TABLE message_edits (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    -- The conversation's version at which the body was written.
    version bigint NOT NULL,
    body text NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT message_edits_pkey PRIMARY KEY (conversation_id, seq, version)
);

CREATE TABLE reactions (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    user_id uuid NOT NULL,
    -- Fully qualified.
    emoji text COLLATE "C" NOT NULL,
    -- The conversation's version at which it was added: the first ones stand first.
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT reactions_pkey PRIMARY KEY (conversation_id, seq, emoji, user_id)
);
-- All that one person reacted to, when they are forgotten.
CREATE INDEX reactions_user_id_idx ON reactions (user_id, conversation_id);

-- Uploads. The bytes stand in the object store under the id.
CREATE TABLE attachments (
    attachment_id uuid CONSTRAINT attachments_pkey PRIMARY KEY,
    -- Null once the person is gone and what they posted stays.
    uploader_id uuid,
    name text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL CONSTRAINT attachments_size_bytes_check CHECK (size_bytes > 0),
    -- Pixels; null for what is no image.
    width integer,
    height integer,
    has_thumbnail boolean NOT NULL,
    created_at timestamptz NOT NULL,
    -- When it was posted or set as a picture; null while it waits, at most 24 h.
    used_at timestamptz,
    -- Where it was posted.
    conversation_id uuid,
    seq bigint,
    -- The last part of its address as a picture, and whose picture it is: a person's or a conversation's.
    picture_key text CONSTRAINT attachments_picture_key_key UNIQUE,
    picture_of uuid,
    -- Since when the person or conversation shows another one.
    replaced_at timestamptz,
    CONSTRAINT attachments_use_check CHECK (
        (used_at IS NULL) = (seq IS NULL AND picture_key IS NULL)
        AND (conversation_id IS NULL) = (seq IS NULL)
        AND (picture_of IS NULL) = (picture_key IS NULL)
    )
);
CREATE INDEX attachments_unused_idx ON attachments (created_at) WHERE used_at IS NULL;
CREATE INDEX attachments_replaced_idx ON attachments (replaced_at) WHERE replaced_at IS NOT NULL;
CREATE INDEX attachments_uploader_id_idx ON attachments (uploader_id, attachment_id);
CREATE INDEX attachments_conversation_id_idx ON attachments (conversation_id, seq) WHERE conversation_id IS NOT NULL;
CREATE INDEX attachments_picture_of_idx ON attachments (picture_of) WHERE picture_of IS NOT NULL;

-- Files whose rows are gone, or not there yet, and whose bytes are to go.
CREATE TABLE discarded_files (
    attachment_id uuid CONSTRAINT discarded_files_pkey PRIMARY KEY,
    -- From when on: that of an upload under way lies ahead, so that what a crash leaves behind goes too.
    discarded_at timestamptz NOT NULL
);
CREATE INDEX discarded_files_discarded_at_idx ON discarded_files (discarded_at);
