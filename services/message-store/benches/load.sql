-- Groups of the same ten people, and what they said, straight into the tables. :conversations how many, :messages how many in each.
-- Every tenth message has two reactions, every fifth answers the one before.
INSERT INTO people (user_id, username, display_name, avatar_url, version)
SELECT ('01890a5d-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person' || n, 'Person ' || n, '', 1
FROM generate_series(1, 10) AS n;

INSERT INTO conversations
    (conversation_id, kind, title, owner_id, member_count, last_seq, version, created_at, updated_at, active_at)
SELECT ('01890a5d-ac96-774b-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'group', 'chat ' || n,
       '01890a5d-0000-7000-8000-000000000001', 10, :messages, 2 * :messages, now(), now(), now()
FROM generate_series(1, :conversations) AS n;

INSERT INTO members (conversation_id, user_id, role, joined_at, version)
SELECT conversation_id, user_id, CASE WHEN user_id = owner_id THEN 'owner' ELSE 'member' END, now(), 1
FROM conversations CROSS JOIN people;

INSERT INTO messages
    (conversation_id, seq, message_id, version, sender_id, client_id, kind, body, created_at, reply_to_seq, has_reactions)
SELECT conversation_id, seq, gen_random_uuid(), seq,
       ('01890a5d-0000-7000-8000-' || lpad(to_hex(1 + seq % 10), 12, '0'))::uuid, gen_random_uuid(), 'text',
       'hello there, this is message ' || seq || ' of ' || title || ', and it says about as much as people say', now(),
       CASE WHEN seq % 5 = 0 THEN seq - 1 END, seq % 10 = 0
FROM conversations CROSS JOIN generate_series(1, :messages) AS seq;

INSERT INTO reactions (conversation_id, seq, user_id, emoji, version, created_at)
SELECT conversation_id, seq, ('01890a5d-0000-7000-8000-00000000000' || n)::uuid, '🙂', seq + n, now()
FROM conversations CROSS JOIN generate_series(10, :messages, 10) AS seq CROSS JOIN generate_series(1, 2) AS n;

ANALYZE;
