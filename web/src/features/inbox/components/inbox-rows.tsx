// The rows of a list of conversations. A long list draws only what is in sight.
import { later } from "@/lib/later";
import type { Conversation } from "@/sdk/types";
import styles from "./inbox.module.css";
import { InboxRow, type RowProps } from "./inbox-row";

const LongList = later(
  () => import("./long-list").then((part) => part.LongList),
  // Its beginning, until the rest can be drawn.
  (props: RowsProps) => <ShortList {...props} conversations={props.conversations.slice(0, LONG_FROM)} />,
);
const LONG_FROM = 60;

export interface RowsProps extends Pick<RowProps, "now" | "systemText" | "actionsOf"> {
  conversations: readonly Conversation[];
  rowOf: (conversation: Conversation) => Pick<RowProps, "open" | "presence" | "typing" | "draft">;
}

export function InboxRows(props: RowsProps) {
  return props.conversations.length >= LONG_FROM ? <LongList {...props} /> : <ShortList {...props} />;
}

function ShortList({ conversations, rowOf, ...shared }: RowsProps) {
  return (
    <ul className={styles.list}>
      {conversations.map((conversation) => (
        <li key={conversation.id}>
          <InboxRow conversation={conversation} {...rowOf(conversation)} {...shared} />
        </li>
      ))}
    </ul>
  );
}
