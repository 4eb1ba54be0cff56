// What a conversation is called on the screen, and whose picture stands for it.
import type { Conversation, Member, UserLite } from "@/sdk/types";
import { locale, texts } from "@/texts/texts";

type Named = Pick<Conversation, "title" | "peer"> & Partial<Pick<Conversation, "kind">>;

/** A group without a name is called after its members, as far as they are known. */
export function nameOf({ kind, title, peer }: Named, members: readonly Member[] = [], ownId?: string): string {
  if (peer) return peer.display_name;
  if (title) return title;
  if (kind !== "group") return texts.conversations.deletedAccount;
  const others = members.filter((member) => member.user.id !== ownId).map((member) => member.user.display_name);
  if (others.length === 0) return texts.conversations.untitled;
  const shown = others.slice(0, 4);
  return new Intl.ListFormat(locale, { style: "short", type: "unit" }).format(shown);
}

/** What the avatar of a conversation is drawn from; `null` for somebody who is gone. */
export function faceOf(
  conversation: Named & Pick<Conversation, "id" | "avatar_url">,
  name = nameOf(conversation),
): Pick<UserLite, "id" | "display_name" | "avatar_url"> | null {
  const { id, kind, peer, avatar_url } = conversation;
  if (peer) return peer;
  return kind === "direct" ? null : { id, display_name: name, avatar_url };
}
