-- Many conversations of one person, and messages in them, straight into message-store's database: for what is measured or
-- planned on much data. :user is the person, :conversations how many, :messages how many in each.
INSERT INTO conversations
    (conversation_id, kind, title, owner_id, member_count, last_seq, version, created_at, updated_at, active_at)
SELECT ('01890a5d-ac96-774b-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'group', 'chat ' || n, :user, 2, :messages,
       :messages + 1, now() - interval '90 days', now() - interval '2 days', now() - interval '2 days' - n * interval '1 minute'
FROM generate_series(1, :conversations) AS n;

INSERT INTO members (conversation_id, user_id, role, joined_at, version, read_seq, delivered_seq)
SELECT conversation_id, :user, 'owner', created_at, 1, :messages / 2, :messages FROM conversations
UNION ALL
SELECT conversation_id, gen_random_uuid(), 'member', created_at, 1, :messages, :messages FROM conversations;

INSERT INTO messages
    (conversation_id, seq, message_id, version, sender_id, client_id, kind, body, created_at, words)
SELECT conversation_id, seq, gen_random_uuid(), seq + 1, :user, gen_random_uuid(), 'text', body,
       now() - interval '80 days' + seq * interval '1 hour', to_tsvector('simple', body)
FROM conversations
CROSS JOIN generate_series(1, :messages) AS seq
CROSS JOIN LATERAL (
    SELECT 'hello there, this is message ' || seq || ' of ' || title
           || CASE WHEN seq = 7 AND title LIKE '%77' THEN ' about a zebra' ELSE ' about nothing rare' END AS body
) AS written
WHERE title LIKE 'chat %';

ANALYZE conversations, members, messages;
