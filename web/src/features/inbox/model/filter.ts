// Which conversations are shown.
import type { InboxFilter } from "@/lib/live/use-inbox";

export const FILTERS = ["all", "unread", "direct", "group", "room"] as const;

export type Filter = (typeof FILTERS)[number];

export function inboxFilter(filter: Filter): InboxFilter {
  if (filter === "all") return {};
  return filter === "unread" ? { unread: true } : { kind: filter };
}
