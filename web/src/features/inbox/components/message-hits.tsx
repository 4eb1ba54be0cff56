// Messages that a search found, with what matched marked. Each opens its conversation at that message.
import { Link } from "@tanstack/react-router";
import { Avatar } from "@/components/avatar";
import { Fault } from "@/components/fault";
import { MoreRows } from "@/components/more-rows";
import { faceOf } from "@/lib/conversation-name";
import { errorText } from "@/lib/error-text";
import { formatFull, formatListTime } from "@/lib/format-time";
import { useOneConversation } from "@/lib/live/use-conversation";
import { useConversationNames } from "@/lib/queries/conversation-name";
import { useNow } from "@/lib/use-now";
import type { components } from "@/sdk/schema";
import { texts } from "@/texts/texts";
import { useSearchMessages } from "../api/search-messages";
import { snippetOf } from "../model/snippet";
import styles from "./inbox.module.css";

type Hit = components["schemas"]["SearchHit"];

export function MessageHits({ q }: { q: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useSearchMessages(q);
  const hits = data?.pages.flatMap((page) => page.items) ?? [];
  const now = useNow();
  if (hits.length === 0 && !error) return null;
  return (
    <section aria-label={texts.inbox.messages}>
      <h2 className={styles.heading}>{texts.inbox.messages}</h2>
      {error && (
        <Fault>
          {texts.inbox.messagesFailed}. {errorText(error)}
        </Fault>
      )}
      <ul className={styles.list}>
        {hits.map((hit) => (
          <li key={hit.message.id}>
            <HitRow hit={hit} now={now} />
          </li>
        ))}
      </ul>
      <MoreRows hasMore={hasNextPage} busy={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </section>
  );
}

function HitRow({ hit: { message, highlights }, now }: { hit: Hit; now: Date }) {
  const { conversation } = useOneConversation(message.conversation_id);
  const { sender } = message;
  const nameOf = useConversationNames(conversation ? [conversation] : []);
  const name = conversation ? nameOf(conversation) : (sender?.display_name ?? "");
  const lead = sender && sender.id !== conversation?.peer?.id ? texts.inbox.saidBy(sender.display_name) : "";
  return (
    <Link
      to="/c/$conversationId"
      params={{ conversationId: message.conversation_id }}
      search={{ at: message.seq }}
      className={styles.row}
      data-walk
    >
      <Avatar user={conversation ? faceOf(conversation, name) : sender} size={40} />
      <span className={styles.main}>
        <span className={styles.top}>
          <bdi className={styles.name}>{name}</bdi>
          <time dateTime={message.created_at} title={formatFull(message.created_at)}>
            {formatListTime(message.created_at, now)}
          </time>
        </span>
        <span className={styles.found} dir="auto">
          {lead}
          {snippetOf(message.body, highlights).map(({ text, marked }, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text keep their order
            marked ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
          )}
        </span>
      </span>
    </Link>
  );
}
