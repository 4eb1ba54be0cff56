import { beforeEach, expect, it } from "vitest";
import { setNoticeLevel } from "@/lib/notice-level";
import type { Conversation, Message } from "@/sdk/types";
import { bothWays, OWN_ID, sampleConversation, sampleMe, sampleMessage, sampleUser } from "@/testing/samples";
import { decide, type Situation } from "./decide";

beforeEach(() => localStorage.clear());

const me = sampleMe();
const inGroup = (change: Partial<Conversation> = {}) =>
  sampleConversation({ kind: "group", title: "Harbour", peer: null, last_seq: 5, ...change });
const my = (change: object) => ({ ...sampleConversation().my, ...change }) as Conversation["my"];
const when = (change: Partial<Situation> = {}, message: Partial<Message> = {}) =>
  decide(sampleMessage(5, message), {
    me,
    conversation: sampleConversation({ last_seq: 5 }),
    openId: undefined,
    attention: true,
    quiet: false,
    ...change,
  });
const nothing = { notice: false, desktop: false, sound: false };

it("a message of another chat shows on the page that is looked at, and sounds", () => {
  expect(when()).toEqual({ notice: true, desktop: false, sound: true });
});

it("a message while the page is in the background shows on the desktop", () => {
  expect(when({ attention: false })).toEqual({ notice: false, desktop: true, sound: true });
  const open = sampleConversation({ last_seq: 5 });
  expect(when({ attention: false, openId: open.id })).toMatchObject({ desktop: true });
});

it("what the person sees, wrote or has read already is no news", () => {
  const { id } = sampleConversation();
  expect(when({ openId: id })).toEqual(nothing);
  expect(when({}, { sender: { ...sampleUser(), id: OWN_ID } })).toEqual(nothing);
  expect(when({ conversation: sampleConversation({ last_seq: 5, my: my({ read_seq: 5 }) }) })).toEqual(nothing);
  expect(when({}, { kind: "system", sender: null })).toEqual(nothing);
});

it("nothing pops up or sounds while the person does not want to be disturbed", () => {
  expect(when({ quiet: true })).toEqual(nothing);
});

it("muted conversations and people are silent", () => {
  const muted = my({ muted_until: "9999-01-01T00:00:00.000Z" });
  expect(when({ conversation: sampleConversation({ last_seq: 5, my: muted }) })).toEqual(nothing);
  const past = my({ muted_until: "2020-01-01T00:00:00.000Z" });
  expect(when({ conversation: sampleConversation({ last_seq: 5, my: past }) }).notice).toBe(true);
  const peer = sampleUser({ ...bothWays, muting: true });
  expect(when({ conversation: sampleConversation({ last_seq: 5, peer }) })).toEqual(nothing);
});

it("with mentions alone a group tells only of those, and directs always", () => {
  const account = { ...me, settings: { ...me.settings, notification_level: "mentions" } };
  expect(when({ me: account, conversation: inGroup() })).toEqual(nothing);
  expect(when({ me: account, conversation: inGroup() }, { mentions: [OWN_ID] }).notice).toBe(true);
  expect(when({ me: account }).notice).toBe(true);
});

it("the level of a conversation counts more than the account's", () => {
  const group = inGroup();
  setNoticeLevel(group.id, "mentions");
  expect(when({ conversation: group })).toEqual(nothing);
  const account = { ...me, settings: { ...me.settings, notification_level: "none" } };
  setNoticeLevel(group.id, "all");
  expect(when({ me: account, conversation: group }).notice).toBe(true);
});
