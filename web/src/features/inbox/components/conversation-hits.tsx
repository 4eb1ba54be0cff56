// One's own conversations whose name matches a search.
import type { ActionEntry } from "@/components/action-menu";
import { useLive } from "@/lib/client-context";
import { useDrafts } from "@/lib/drafts";
import { usePresence } from "@/lib/live/presence";
import { useInbox } from "@/lib/live/use-inbox";
import { useNow } from "@/lib/use-now";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import type { SystemText } from "../model/excerpt";
import styles from "./inbox.module.css";
import { InboxRow } from "./inbox-row";

interface Props {
  q: string;
  openId: string | undefined;
  systemText: SystemText;
  actionsOf: (conversation: Conversation, name: string) => ActionEntry[];
}

const MOST = 12;

/** What matches, archived ones last. */
export function useConversationHits(q: string): Conversation[] {
  const active = useInbox({ q });
  const archived = useInbox({ q, archived: true });
  return q.trim() ? [...active.conversations, ...archived.conversations].slice(0, MOST) : [];
}

export function ConversationHits({ q, openId, systemText, actionsOf }: Props) {
  const { me } = useLive();
  const hits = useConversationHits(q);
  const presences = usePresence(hits.flatMap(({ peer }) => (peer ? [peer.id] : [])));
  const drafts = useDrafts(me.id);
  const now = useNow();
  if (hits.length === 0) return null;
  return (
    <section aria-label={texts.inbox.yourConversations}>
      <h2 className={styles.heading}>{texts.inbox.yourConversations}</h2>
      <ul className={styles.list}>
        {hits.map((conversation) => (
          <li key={conversation.id}>
            <InboxRow
              conversation={conversation}
              open={conversation.id === openId}
              presence={conversation.peer ? presences.get(conversation.peer.id) : undefined}
              typing={NOBODY}
              draft={drafts[conversation.id]}
              now={now}
              systemText={systemText}
              actionsOf={actionsOf}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

const NOBODY: readonly string[] = [];
