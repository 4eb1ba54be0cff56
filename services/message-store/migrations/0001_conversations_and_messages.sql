-- Why: the first tables of message-store. Everything on the path of a message begins its key with conversation_id, so
-- that the tables can be spread over machines later. `messages` alone is partitioned: it alone grows without end, and
-- small partitions keep its indexes shallow and its vacuums short. `conversations` and `members` hold one narrow row each,
-- rewritten in place (HOT, hence the fill factors), and are asked for by user too, which partitions would make slower.
-- `changed_xid` is the transaction of the last change: what a sync token's horizon is compared with.

-- How people are shown. Written through by social-graph.
CREATE TABLE people (
    user_id uuid CONSTRAINT people_pkey PRIMARY KEY,
    username text NOT NULL,
    display_name text NOT NULL,
    avatar_url text NOT NULL,
    -- Numbers the changes, from 1; an older one than the stored changes nothing.
    version bigint NOT NULL
);

-- Whether two people are connected, the smaller id first. Written through by social-graph.
CREATE TABLE connections (
    low_user_id uuid NOT NULL,
    high_user_id uuid NOT NULL,
    is_connected boolean NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT connections_pkey PRIMARY KEY (low_user_id, high_user_id),
    CONSTRAINT connections_order_check CHECK (low_user_id < high_user_id)
);

-- The head of a conversation. Whoever writes to the conversation locks this row first.
CREATE TABLE conversations (
    conversation_id uuid CONSTRAINT conversations_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT conversations_kind_check CHECK (kind IN ('direct', 'group', 'room')),
    title text NOT NULL DEFAULT '',
    topic text NOT NULL DEFAULT '',
    is_closed boolean NOT NULL DEFAULT false,
    owner_id uuid,
    -- The two people of a direct, and whether they are connected: a copy of `connections`, changed under the lock of this
    -- row, so that a send sees it with the lock it takes anyway.
    low_user_id uuid,
    high_user_id uuid,
    is_connected boolean NOT NULL DEFAULT false,
    member_count integer NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Time of the newest message, or of the creation: the order of the inbox.
    active_at timestamptz NOT NULL,
    changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT conversations_direct_check CHECK (
        (kind = 'direct') = (low_user_id IS NOT NULL) AND (kind = 'direct') = (high_user_id IS NOT NULL)
    ),
    CONSTRAINT conversations_member_count_check CHECK (member_count >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- The one direct conversation of two people.
CREATE TABLE direct_pairs (
    low_user_id uuid NOT NULL,
    high_user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    CONSTRAINT direct_pairs_pkey PRIMARY KEY (low_user_id, high_user_id),
    CONSTRAINT direct_pairs_order_check CHECK (low_user_id < high_user_id)
);

CREATE TABLE members (
    conversation_id uuid NOT NULL
        CONSTRAINT members_conversation_id_fkey REFERENCES conversations (conversation_id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    role text NOT NULL CONSTRAINT members_role_check CHECK (role IN ('member', 'admin', 'owner')),
    joined_at timestamptz NOT NULL,
    -- The conversation's version of the last change of this member.
    version bigint NOT NULL,
    read_seq bigint NOT NULL DEFAULT 0,
    delivered_seq bigint NOT NULL DEFAULT 0,
    is_pinned boolean NOT NULL DEFAULT false,
    is_archived boolean NOT NULL DEFAULT false,
    muted_until timestamptz,
    changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT members_pkey PRIMARY KEY (conversation_id, user_id),
    CONSTRAINT members_marks_check CHECK (read_seq >= 0 AND delivered_seq >= read_seq)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

-- The inbox of a user. Activity is the conversation's: kept here it would cost a write for each member of each message.
CREATE INDEX members_user_id_idx ON members (user_id, conversation_id);

-- No foreign keys: a message is only ever written under the lock of its conversation's head.
CREATE TABLE messages (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    message_id uuid NOT NULL,
    -- The conversation's version of the last change of this message.
    version bigint NOT NULL,
    -- Null for system messages.
    sender_id uuid,
    -- What the sender named it; null for system messages.
    client_id uuid,
    kind text NOT NULL CONSTRAINT messages_kind_check CHECK (kind IN ('text', 'system')),
    body text NOT NULL,
    reply_to_seq bigint,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz,
    CONSTRAINT messages_pkey PRIMARY KEY (conversation_id, seq),
    CONSTRAINT messages_client_id_key UNIQUE (conversation_id, sender_id, client_id)
) PARTITION BY HASH (conversation_id);

-- Found by id alone, or as the message that another one of its conversation answers.
CREATE INDEX messages_message_id_idx ON messages (message_id, conversation_id);

DO $$
BEGIN
    FOR remainder IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE messages_%s PARTITION OF messages FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            lpad(remainder::text, 2, '0'), remainder
        );
    END LOOP;
END
$$;

-- Events that must not be lost: written in the transaction of the change, deleted once published.
CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_pkey PRIMARY KEY,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    subjects text[] NOT NULL,
    payload bytea NOT NULL,
    traceparent text,
    created_at timestamptz NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000
);
