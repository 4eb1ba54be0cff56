// What somebody may do with a conversation and its members, from their role (contract, section 5). The server decides;
// this only keeps buttons away that it would refuse.
import type { Conversation, Member, Role } from "@/sdk/types";

export interface Rights {
  edit: boolean;
  addMembers: boolean;
  /** To remove people and change their roles. */
  manageMembers: boolean;
  close: boolean;
  reopen: boolean;
  deleteForAll: boolean;
  leave: boolean;
  /** The owner, with others there: has to hand over before leaving. */
  leaveNeedsTransfer: boolean;
}

type Governed = Pick<Conversation, "kind" | "state" | "member_count"> & { my: { role: Role } | null };

export function rightsOf({ kind, state, member_count, my }: Governed): Rights {
  const shared = kind !== "direct" && my !== null;
  const owner = shared && my.role === "owner";
  const governing = owner || (shared && my.role === "admin");
  const open = state === "open";
  return {
    edit: governing && open,
    addMembers: governing && open,
    manageMembers: governing,
    close: owner && open,
    reopen: owner && !open,
    deleteForAll: owner,
    leave: shared && (!owner || member_count <= 1),
    leaveNeedsTransfer: owner && member_count > 1,
  };
}

export interface MemberRights {
  promote: boolean;
  demote: boolean;
  remove: boolean;
  transfer: boolean;
}

const NONE: MemberRights = { promote: false, demote: false, remove: false, transfer: false };

/** What the reader may do with one member; with themselves they leave instead. */
export function memberRights(conversation: Governed, member: Pick<Member, "role" | "user">, ownId: string) {
  if (!rightsOf(conversation).manageMembers || member.user.id === ownId) return NONE;
  const owner = conversation.my?.role === "owner";
  if (member.role === "owner") return NONE;
  return { promote: member.role === "member", demote: member.role === "admin", remove: true, transfer: owner };
}
