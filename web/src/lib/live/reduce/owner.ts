// A transfer is told by the conversation's new `owner_id` alone; the roles of both people follow from it (contract,
// section 5): the new owner's, and the old one is an admin from then on.
import type { EventConversation } from "@/sdk/events";
import type { Role } from "@/sdk/types";
import type { KnownConversation } from "../conversation";
import type { LiveState, MemberList } from "../state";
import { inOrder } from "./members";

type Told = Pick<EventConversation, "id" | "owner_id" | "version">;

/** The reader's own role. */
export function withOwnRole(conversation: KnownConversation, told: Told, ownUserId: string): KnownConversation {
  const { my, seen } = conversation;
  if (!my || told.owner_id === null || told.version < (seen?.role ?? 0)) return conversation;
  const role = roleAfter(my.role, ownUserId, told.owner_id);
  if (role === my.role) return conversation;
  return { ...conversation, my: { ...my, role }, ...(seen && { seen: { ...seen, role: told.version } }) };
}

/** Everybody's, as far as the members are loaded. */
export function withOwner(state: LiveState, { id, owner_id: ownerId, version }: Told): LiveState {
  const list = state.members[id];
  if (!list || ownerId === null) return state;
  const items = list.items.map((member) => {
    const role = roleAfter(member.role, member.user.id, ownerId);
    return role === member.role || member.version > version ? member : { ...member, role, version };
  });
  if (items.every((member, index) => member === list.items[index])) return state;
  const next: MemberList = { ...list, items: inOrder(items) };
  return { ...state, members: { ...state.members, [id]: next } };
}

function roleAfter(role: Role, userId: string, ownerId: string): Role {
  if (userId === ownerId) return "owner";
  return role === "owner" ? "admin" : role;
}
