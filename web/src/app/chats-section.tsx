// The chats: who asks to follow, the conversations, and people to say hello to.

import { useNavigate } from "@tanstack/react-router";
import type { ActionEntry } from "@/components/action-menu";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { systemText } from "@/features/chat/model/system-text";
import { InboxList } from "@/features/inbox/components/inbox-list";
import { Connections } from "@/features/people/components/connections";
import { FollowRequests } from "@/features/people/components/follow-requests";
import { usePresence } from "@/lib/live/presence";
import { useInbox } from "@/lib/live/use-inbox";
import { useConnections } from "@/lib/queries/connections";
import type { Conversation, User } from "@/sdk/types";
import { texts } from "@/texts/texts";

interface Props {
  openId: string | undefined;
  actionsOf: (conversation: Conversation, name: string) => ActionEntry[];
  onOpen: (user: User) => void;
  onMessage: (user: User) => void;
  onNewGroup: () => void;
  onRooms: () => void;
}

const REQUESTS_SHOWN = 1;

export function ChatsSection({ openId, actionsOf, onOpen, onMessage, onNewGroup, onRooms }: Props) {
  const navigate = useNavigate();
  const { conversations, isLoading } = useInbox();
  const archived = useInbox({ archived: true });
  const { data: connections = [] } = useConnections();
  const all = [...conversations, ...archived.conversations];
  const known = new Set(all.flatMap(({ peer }) => (peer ? [peer.id] : [])));
  const fresh = connections.filter((user) => !known.has(user.id)).map((user) => user.id);
  const presences = usePresence(fresh.slice(0, 20));
  return (
    <InboxList
      openId={openId}
      systemText={systemText}
      actionsOf={actionsOf}
      onNewGroup={onNewGroup}
      onRooms={onRooms}
      above={<FollowRequests onOpen={onOpen} most={REQUESTS_SHOWN} onAll={() => void navigate({ to: "/people" })} />}
      below={!isLoading && <Connections known={known} presences={presences} onMessage={onMessage} />}
      empty={
        connections.length === 0 && (
          <EmptyState icon="people" title={texts.inbox.empty} compact>
            <p>{texts.inbox.emptyText}</p>
            <Button kind="secondary" size="small" icon="hash" onClick={onRooms}>
              {texts.inbox.browseRooms}
            </Button>
          </EmptyState>
        )
      }
    />
  );
}
