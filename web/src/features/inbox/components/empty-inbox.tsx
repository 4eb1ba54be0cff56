// What a filter says when it leaves nothing, and what to do next.
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { texts } from "@/texts/texts";
import type { Filter } from "../model/filter";

interface Props {
  filter: Exclude<Filter, "all"> | "archived";
  onAll: () => void;
  onNewGroup?: () => void;
  onRooms?: () => void;
}

export function EmptyInbox({ filter, onAll, onNewGroup, onRooms }: Props) {
  const words = texts.inbox;
  const [icon, title, text] = {
    unread: ["check", words.emptyUnread, words.emptyUnreadText] as const,
    group: ["people", words.emptyGroups, words.emptyGroupsText] as const,
    room: ["hash", words.emptyRooms, words.emptyRoomsText] as const,
    direct: ["chat", words.emptyDirects, words.emptyDirectsText] as const,
    archived: ["archive", words.emptyArchived, words.emptyArchivedText] as const,
  }[filter];
  const next =
    filter === "group" && onNewGroup
      ? { label: texts.conversations.newGroup, run: onNewGroup }
      : filter === "room" && onRooms
        ? { label: words.browseRooms, run: onRooms }
        : { label: words.showAll, run: onAll };
  return (
    <EmptyState icon={icon} title={title} compact>
      <p>{text}</p>
      <Button kind="secondary" size="small" onClick={next.run}>
        {next.label}
      </Button>
    </EmptyState>
  );
}
