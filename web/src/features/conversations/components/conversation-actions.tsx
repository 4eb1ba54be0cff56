// What can be done with a conversation from its row, by menu or keyboard: pin, mute, archive, mark as read, leave.
import { useState } from "react";
import type { ActionEntry } from "@/components/action-menu";
import { tell, tellFault } from "@/components/toast";
import { later } from "@/lib/later";
import { isMuted } from "@/lib/live/muted";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { type MyChange, useChangeMy } from "../api/change-my";
import { useMarkRead } from "../api/mark-read";
import { MUTE_SPANS, mutedUntil } from "../model/mute";
import { rightsOf } from "../model/rights";
import type { Deed } from "./deed-dialog";

const DeedDialog = later(() => import("./deed-dialog").then((part) => part.DeedDialog));

interface Asked {
  conversation: Conversation;
  name: string;
  deed: Deed;
}

/** `actionsOf` gives the menu of one conversation; `dialog` has to be drawn somewhere once. */
export function useConversationActions() {
  const words = texts.conversations;
  const changeMy = useChangeMy();
  const markRead = useMarkRead();
  const [asked, setAsked] = useState<Asked>();
  const change = (id: string, wanted: MyChange, done?: () => void) =>
    changeMy.mutate({ id, change: wanted }, { onSuccess: done, onError: (cause) => tellFault(cause) });

  function archive({ id }: Conversation, archived: boolean) {
    change(id, { archived }, () =>
      tell(archived ? words.archivedDone : words.unarchivedDone, {
        label: texts.people.undo,
        run: () => change(id, { archived: !archived }),
      }),
    );
  }

  function actionsOf(conversation: Conversation, name: string): ActionEntry[] {
    const { id, my } = conversation;
    if (!my) return [];
    const rights = rightsOf(conversation);
    const muted = isMuted(my.muted_until);
    const entries: (ActionEntry | false)[] = [
      my.unread_count > 0 && {
        label: words.markRead,
        icon: "checkDouble",
        onSelect: () => markRead.mutate(conversation, { onError: (cause) => tellFault(cause) }),
      },
      { label: my.pinned ? words.unpin : words.pin, icon: "pin", onSelect: () => change(id, { pinned: !my.pinned }) },
      muted
        ? { label: words.unmute, icon: "bell", onSelect: () => change(id, { muted_until: null }) }
        : {
            label: words.mute,
            icon: "bellOff",
            choices: MUTE_SPANS.map((span) => ({
              label: words.muteFor[span],
              icon: "clock",
              onSelect: () => change(id, { muted_until: mutedUntil(span, new Date()) }),
            })),
          },
      {
        label: my.archived ? words.unarchive : words.archive,
        icon: "archive",
        onSelect: () => archive(conversation, !my.archived),
      },
      (rights.leave || rights.leaveNeedsTransfer) && {
        label: words.leave,
        icon: "leave",
        danger: true,
        apart: true,
        onSelect: () => setAsked({ conversation, name, deed: "leave" }),
      },
    ];
    return entries.filter((entry) => entry !== false);
  }

  const dialog = asked && <DeedDialog {...asked} onClose={() => setAsked(undefined)} />;
  return { actionsOf, dialog };
}
