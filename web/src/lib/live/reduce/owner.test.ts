import { expect, it } from "vitest";
import type { Conversation, Member, Role } from "@/sdk/types";
import { sampleLiveState } from "@/testing/live-state";
import { OWN_ID, PEER_ID, sampleConversation, sampleInbox, sampleUser } from "@/testing/samples";
import { reduce } from "../reduce";

const id = sampleConversation().id;
const member = (userId: string, role: Role): Member => ({
  user: { ...sampleUser(), id: userId },
  role,
  joined_at: "2026-01-01T00:00:00.000Z",
  version: 1,
});

/** After PEER_ID has handed over to the reader, or the other way round. */
function afterTransfer(ownRole: Role, ownerId: string) {
  const { my } = sampleConversation();
  const group = sampleConversation({ kind: "group", peer: null, version: 3, owner_id: null });
  const mine = { ...group, my: my && { ...my, role: ownRole } } as Conversation;
  const { my: _my, peer: _peer, ...told } = { ...mine, owner_id: ownerId, version: 4 };
  const state = sampleLiveState({
    inbox: sampleInbox(mine),
    histories: {},
    members: {
      [id]: {
        items: [member(PEER_ID, ownRole === "owner" ? "member" : "owner"), member(OWN_ID, ownRole)],
        next_cursor: null,
      },
    },
  });
  const next = reduce(state, { type: "conversation.updated", data: told }).state;
  const roles = next.members[id]?.items.map(({ user, role }) => [user.id, role]);
  return { own: next.inbox?.items[0]?.my?.role, roles };
}

it("who is made the owner is one at once, and who was is an admin", () => {
  expect(afterTransfer("member", OWN_ID)).toEqual({
    own: "owner",
    roles: [
      [OWN_ID, "owner"],
      [PEER_ID, "admin"],
    ],
  });
  expect(afterTransfer("owner", PEER_ID)).toEqual({
    own: "admin",
    roles: [
      [PEER_ID, "owner"],
      [OWN_ID, "admin"],
    ],
  });
});

it("a change by the same owner leaves all roles", () => {
  expect(afterTransfer("admin", PEER_ID).own).toBe("admin");
});

it("a role that was changed after the transfer stays", () => {
  const later = { ...member(PEER_ID, "admin"), version: 9 };
  const state = sampleLiveState({
    inbox: sampleInbox(),
    histories: {},
    members: { [id]: { items: [later], next_cursor: null } },
  });
  const { my: _my, peer: _peer, ...told } = sampleConversation({ kind: "group", owner_id: PEER_ID, version: 4 });
  const next = reduce(state, { type: "conversation.updated", data: told }).state;
  expect(next.members[id]?.items[0]?.role).toBe("admin");
});
