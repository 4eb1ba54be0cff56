// Tells about new messages without being looked at: read out by screen readers, counted in the title of the page.
import { useEffect } from "react";
import { useInbox } from "@/lib/queries/inbox";
import type { LiveEvent } from "@/sdk/events";

export function Announcer({ text }: { text: string }) {
  const { data: inbox } = useInbox();
  const unread = inbox?.items.reduce((sum, conversation) => sum + countOf(conversation.my), 0) ?? 0;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) PulseChat` : "PulseChat";
    return () => {
      document.title = "PulseChat";
    };
  }, [unread]);
  return (
    <div className="visually-hidden" aria-live="polite" role="status" aria-label="New messages">
      {text}
    </div>
  );
}

/** What is read out for an event; `undefined` when nothing is. */
export function announcementOf(event: LiveEvent, ownUserId: string): string | undefined {
  if (event.type === "message.created" && event.data.sender && event.data.sender.id !== ownUserId)
    return `${event.data.sender.display_name}: ${event.data.body}`;
  if (event.type === "follow.requested") return `${event.data.user.display_name} asks to follow you`;
  return undefined;
}

function countOf(my: { unread_count: number; muted_until?: string | null } | null | undefined): number {
  const muted = my?.muted_until != null && Date.parse(my.muted_until) > Date.now();
  return my && !muted ? my.unread_count : 0;
}
