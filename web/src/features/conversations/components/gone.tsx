// Stands in place of an open conversation that one is not in any more, and says why one can't read or write there.
import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { texts } from "@/texts/texts";
import styles from "./gone.module.css";

interface Props {
  name: string;
  reason: "left" | "removed" | "deleted";
}

export function Gone({ name, reason }: Props) {
  const words = texts.conversations.gone;
  return (
    <div role="alert" className={styles.gone}>
      <EmptyState icon="lock" title={words.title[reason](name)} alone>
        <p>{words.text[reason]}</p>
        <Link to="/">{words.home}</Link>
      </EmptyState>
    </div>
  );
}
