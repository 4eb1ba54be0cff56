// What stands where one would write when one can't, and why.
import type { ReactNode } from "react";
import type { Conversation, User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./chat-pane.module.css";
import { standingOf } from "./use-chat-scene";

export interface FootSlots {
  /** What takes the place of the composer when the two are not connected (any more). */
  notConnected: (peer: User) => ReactNode;
  /** How one joins a room that one only looks at. */
  notMember?: ((conversation: Conversation) => ReactNode) | undefined;
}

interface Props extends FootSlots {
  conversation: Conversation;
  /** The composer. */
  children: ReactNode;
}

export function ChatFoot({ conversation, notConnected, notMember, children }: Props) {
  const words = texts.chat.closed;
  switch (standingOf(conversation)) {
    case "open":
      return children;
    case "gone":
      return <p className={styles.closed}>{words.gone}</p>;
    case "closed":
      return <p className={styles.closed}>{words.closed}</p>;
    case "not-member":
      return <div className={styles.closed}>{notMember?.(conversation) ?? words.notMember}</div>;
    case "not-connected":
      return <div className={styles.closed}>{conversation.peer && notConnected(conversation.peer)}</div>;
  }
}
