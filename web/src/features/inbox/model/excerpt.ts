// The line under the name of a conversation: what was said last, in words.
import type { IconName } from "@/components/icon";
import { filesText } from "@/lib/files-text";
import { plainText } from "@/lib/plain-text";
import type { Conversation, Message } from "@/sdk/types";
import { texts } from "@/texts/texts";

export interface Excerpt {
  /** Who said it, with its colon. */
  lead?: string;
  text: string;
  /** Said by nobody: drawn more quietly. */
  quiet?: true;
  icon?: IconName;
}

type Last = Pick<Conversation, "kind" | "last_message">;
export type SystemText = (note: Message["system"], ownId: string) => string;

export function excerptOf({ kind, last_message: last }: Last, ownId: string, systemText: SystemText): Excerpt {
  const words = texts.inbox;
  if (!last) return { text: words.noMessages, quiet: true };
  if (last.kind === "system") return { text: systemText(last.system, ownId), quiet: true };
  const own = last.sender?.id === ownId;
  if (last.deleted_at) return { text: own ? words.ownDeleted : words.deleted, quiet: true };
  const lead = own ? words.ownPrefix : kind !== "direct" && last.sender ? words.saidBy(firstName(last.sender)) : "";
  const said = last.body.trim() === "" ? filesText(last.attachments) : { text: plainText(last.body), ...icon(last) };
  return { ...(lead && { lead }), ...said };
}

function icon({ attachments }: Message): Pick<Excerpt, "icon"> {
  const [first] = attachments;
  if (!first) return {};
  return { icon: first.media_type.startsWith("image/") ? "camera" : "file" };
}

function firstName({ display_name: name }: { display_name: string }): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
