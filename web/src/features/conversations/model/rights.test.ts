import { expect, it } from "vitest";
import type { Conversation, Role } from "@/sdk/types";
import { OWN_ID, PEER_ID, sampleConversation } from "@/testing/samples";
import { memberRights, rightsOf } from "./rights";

function shared(role: Role, change: Partial<Conversation> = {}): Conversation {
  const base = sampleConversation({ kind: "group", member_count: 3, peer: null, ...change });
  return { ...base, my: base.my && { ...base.my, role } };
}

const member = (role: Role, id = PEER_ID) => ({
  role,
  user: { id, username: "ben", display_name: "Ben", avatar_url: null },
});

const allowed = (rights: object) =>
  Object.entries(rights)
    .filter(([, may]) => may)
    .map(([name]) => name);

it("an owner governs, and has to hand over before leaving", () => {
  expect(allowed(rightsOf(shared("owner")))).toEqual([
    "edit",
    "addMembers",
    "manageMembers",
    "close",
    "deleteForAll",
    "leaveNeedsTransfer",
  ]);
});

it("an admin looks after people and name, but does not close or delete", () => {
  expect(allowed(rightsOf(shared("admin")))).toEqual(["edit", "addMembers", "manageMembers", "leave"]);
});

it("a member may leave", () => {
  expect(allowed(rightsOf(shared("member")))).toEqual(["leave"]);
});

it("in a closed conversation nobody is added and nothing renamed, but roles change and people leave", () => {
  expect(allowed(rightsOf(shared("owner", { state: "closed", member_count: 1 })))).toEqual([
    "manageMembers",
    "reopen",
    "deleteForAll",
    "leave",
  ]);
});

it("a direct conversation and a room one is not in allow nothing of this", () => {
  expect(allowed(rightsOf(sampleConversation()))).toEqual([]);
  expect(allowed(rightsOf({ ...shared("member", { kind: "room" }), my: null }))).toEqual([]);
});

it("admins change everybody but the owner and themselves; only the owner hands over", () => {
  expect(allowed(memberRights(shared("admin"), member("member"), OWN_ID))).toEqual(["promote", "remove"]);
  expect(allowed(memberRights(shared("admin"), member("admin"), OWN_ID))).toEqual(["demote", "remove"]);
  expect(allowed(memberRights(shared("admin"), member("owner"), OWN_ID))).toEqual([]);
  expect(allowed(memberRights(shared("admin"), member("admin", OWN_ID), OWN_ID))).toEqual([]);
  expect(allowed(memberRights(shared("owner"), member("admin"), OWN_ID))).toEqual(["demote", "remove", "transfer"]);
  expect(allowed(memberRights(shared("member"), member("member"), OWN_ID))).toEqual([]);
});
