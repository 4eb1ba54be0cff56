// The archived conversations, with the way back to the others.
import type { KeyboardEvent, ReactNode } from "react";
import { IconButton } from "@/components/button";
import { texts } from "@/texts/texts";
import styles from "./inbox.module.css";

interface Props {
  onBack: () => void;
  walk: (event: KeyboardEvent<HTMLElement>) => void;
  children: ReactNode;
}

export function Archive({ onBack, walk, children }: Props) {
  const words = texts.inbox;
  return (
    <section
      aria-label={words.archived}
      onKeyDown={(event) => {
        if (event.key === "Escape") onBack();
        else walk(event);
      }}
    >
      <header className={styles.archiveTop}>
        <IconButton icon="back" label={words.backToChats} onClick={onBack} />
        <h2>{words.archived}</h2>
      </header>
      {children}
    </section>
  );
}
