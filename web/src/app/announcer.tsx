// Reads out what comes, for those who listen to the page: new messages of others, and who asks to follow.
import { useEffect, useState } from "react";
import { useLive } from "@/lib/client-context";
import { plainText } from "@/lib/plain-text";
import type { LiveEvent } from "@/sdk/events";
import { texts } from "@/texts/texts";

export function Announcer() {
  const { me, events } = useLive();
  const [text, setText] = useState("");
  useEffect(
    () => events.listen((event) => setText((before) => announcementOf(event, me.id) ?? before)),
    [events, me.id],
  );
  return (
    <div className="visually-hidden" aria-live="polite" role="status" aria-label={texts.live.newMessages}>
      {text}
    </div>
  );
}

/** What is read out for an event; `undefined` when nothing is. */
export function announcementOf(event: LiveEvent, ownUserId: string): string | undefined {
  if (event.type === "message.created" && event.data.sender && event.data.sender.id !== ownUserId)
    return texts.live.says(event.data.sender.display_name, plainText(event.data.body) || texts.live.file);
  if (event.type === "follow.requested") return texts.live.asks(event.data.user.display_name);
  return undefined;
}
