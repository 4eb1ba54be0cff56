// In the details of a group or room: tell of every message, or of mentions alone. Muting is another choice, beside it.
import { useState } from "react";
import { SwitchRow } from "@/components/switch-row";
import { useLive } from "@/lib/client-context";
import { noticeLevel, setNoticeLevel } from "@/lib/notice-level";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";

export function NoticeLevelSwitch({ conversation }: { conversation: Conversation }) {
  const { me } = useLive();
  const [level, setLevel] = useState(() => noticeLevel(conversation, me.settings.notification_level));
  if (conversation.kind === "direct" || level === "none") return null;
  return (
    <SwitchRow
      label={texts.live.level.mentions}
      hint={texts.live.level.onThisDevice}
      checked={level === "mentions"}
      onChange={(only) => {
        const chosen = only ? "mentions" : "all";
        setNoticeLevel(conversation.id, chosen);
        setLevel(chosen);
      }}
    />
  );
}
