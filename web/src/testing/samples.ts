// Objects of the contract for tests, complete, with only what matters spelled out at the test.
import type {
  Conversation,
  Inbox,
  Me,
  Message,
  MfaChallenge,
  Relationship,
  Session,
  User,
  UserLite,
} from "@/sdk/types";

const AT = "2026-01-31T09:30:00.000Z";
export const OWN_ID = "01900000-0000-7000-8000-00000000000a";
export const PEER_ID = "01900000-0000-7000-8000-00000000000b";
export const CONVERSATION_ID = "01900000-0000-7000-8000-0000000000c1";

const lite = (id: string, name: string): UserLite => ({
  id,
  username: name.toLowerCase(),
  display_name: name,
  avatar_url: null,
});

export const noRelationship: Relationship = {
  following: "none",
  followed_by: "none",
  connected: false,
  blocking: false,
  muting: false,
};

export const bothWays: Relationship = {
  ...noRelationship,
  following: "accepted",
  followed_by: "accepted",
  connected: true,
};

export function sampleUser(relationship: Relationship = bothWays, id = PEER_ID, name = "Ben"): User {
  return { ...lite(id, name), bio: "", created_at: AT, relationship };
}

export function sampleMe(): Me {
  const account = { email: "ada@example.com", email_verified: true, pending_email: null, has_password: true };
  const rest = { totp_enabled: false, roles: [], settings: {} };
  return { ...lite(OWN_ID, "Ada"), bio: "", created_at: AT, ...account, ...rest } as unknown as Me;
}

export function sampleSession(token = "t1"): Session {
  return {
    session_id: "s1",
    user: sampleMe(),
    access_token: token,
    token_type: "Bearer",
    expires_in: 300,
    session_expires_at: "2026-01-31T16:30:00.000Z",
  };
}

export function sampleChallenge(): MfaChallenge {
  return { mfa_required: true, mfa_token: "m1", expires_in: 300, methods: ["totp", "recovery_code"] };
}

/** Message `seq`, whose version follows it, said by the peer one minute after the one before. */
export function sampleMessage(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: `01900000-0000-7000-8000-${String(seq).padStart(12, "0")}`,
    conversation_id: CONVERSATION_ID,
    seq,
    version: seq,
    sender: lite(PEER_ID, "Ben"),
    client_id: `c-${seq}`,
    kind: "text",
    body: `message ${seq}`,
    reply_to: null,
    mentions: [],
    attachments: [],
    reactions: [],
    created_at: new Date(Date.parse(AT) + seq * 60_000).toISOString(),
    edited_at: null,
    deleted_at: null,
    ...change,
  };
}

export function sampleConversation(change: Partial<Conversation> = {}): Conversation {
  const my = { role: "member", joined_at: AT, read_seq: 0, delivered_seq: 0, unread_count: 0, mention_count: 0 };
  return {
    id: CONVERSATION_ID,
    kind: "direct",
    title: null,
    topic: null,
    avatar_url: null,
    state: "open",
    owner_id: null,
    member_count: 2,
    last_seq: 0,
    version: 0,
    last_message: null,
    my: { ...my, muted_until: null, pinned: false, archived: false },
    peer: sampleUser(),
    created_at: AT,
    updated_at: AT,
    ...change,
  } as Conversation;
}

export function sampleInbox(...items: Conversation[]): Inbox {
  return { items, next_cursor: null, total_unread: 0 };
}
