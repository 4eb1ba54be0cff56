// Short names for the shapes of the public contract, as the OpenAPI document spells them.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type UserLite = Schemas["UserLite"];
export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type Relationship = Schemas["Relationship"];
export type FollowRequest = Schemas["FollowRequest"];
export type Message = Schemas["Message"];
export type Conversation = Schemas["Conversation"];
export type Inbox = Schemas["ConversationPage"];
export type MessagePage = Schemas["MessagePage"];
export type Marks = Schemas["Marks"];
export type Presence = Schemas["Presence"];
export type Session = Schemas["Session"];
export type RegisterRequest = Schemas["RegisterRequest"];
export type LoginRequest = Schemas["LoginRequest"];
export type Problem = Schemas["Problem"];

/** What a sign-in answers when the account has a second factor: show a code with `mfa_token`, within `expires_in` s. */
export interface MfaChallenge {
  mfa_required: true;
  mfa_token: string;
  expires_in: number;
  methods: string[];
}

export type SecondFactor = { mfa_token: string } & ({ code: string } | { recovery_code: string });

/** An outside provider that this server signs people in with; `start_url` is where the browser goes. */
export interface Provider {
  id: string;
  name: string;
  start_url: string;
}
