// Short names for the shapes of the public contract, as the OpenAPI document spells them.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type UserLite = Schemas["UserLite"];
export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type Relationship = Schemas["Relationship"];
export type FollowRequest = Schemas["FollowRequest"];
export type Message = Schemas["Message"];
export type Reaction = Schemas["Reaction"];
export type ReplyTo = Schemas["ReplyTo"];
export type Attachment = Schemas["Attachment"];
export type Member = Schemas["Member"];
export type Role = Schemas["Role"];
export type Conversation = Schemas["Conversation"];
export type Inbox = Schemas["InboxPage"];
export type MessagePage = Schemas["MessagePage"];
export type Marks = Schemas["Marks"];
export type Presence = Schemas["Presence"];
/** The answer to opening a conversation: where it stands, and its plane. */
export type OpenedConversation = Schemas["OpenConversation"];
export type Receipt = Schemas["Receipt"];
export type Sync = Schemas["Sync"];
export type SyncAnswer = Schemas["SyncAnswer"];
export type Changes = Schemas["Changes"];
export type Limits = Schemas["Limits"];
export type Session = Schemas["Session"];
export type RegisterRequest = Schemas["RegisterRequest"];
export type LoginRequest = Schemas["LoginRequest"];
export type Problem = Schemas["Problem"];

/** What a sign-in answers when the account has a second factor. */
export type MfaChallenge = Schemas["MfaChallenge"];
export type SecondFactor = { mfa_token: string } & ({ code: string } | { recovery_code: string });
export type Provider = Schemas["Provider"];
