// Of what in a conversation one is told on this device. `none` is a mute, which the server knows; the choice between
// all messages and mentions is kept here.
import { isMuted } from "./live/muted";

export type NoticeLevel = "all" | "mentions" | "none";

const KEY = "pulse.notice-levels";

interface Mutable {
  id: string;
  my: { muted_until: string | null } | null;
}

/** The level of one conversation, or the account's where none was chosen. */
export function noticeLevel(conversation: Mutable, account: string): NoticeLevel {
  if (isMuted(conversation.my?.muted_until)) return "none";
  const chosen = read()[conversation.id];
  return chosen ?? (account === "mentions" || account === "none" ? account : "all");
}

/** Keeps the choice; of `none` the server is told by `muted_until`, which is the caller's part. */
export function setNoticeLevel(conversationId: string, level: Exclude<NoticeLevel, "none">): void {
  localStorage.setItem(KEY, JSON.stringify({ ...read(), [conversationId]: level }));
}

function read(): Record<string, NoticeLevel | undefined> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, NoticeLevel>;
  } catch {
    return {};
  }
}
