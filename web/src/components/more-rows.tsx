// The end of a list of which the server has more: asks for the next page as soon as it comes into sight, or on a press.
import { useEffect, useRef } from "react";
import { texts } from "@/texts/texts";
import { Button } from "./button";
import styles from "./more-rows.module.css";

interface Props {
  hasMore: boolean | undefined;
  busy: boolean;
  onMore: () => void;
}

export function MoreRows({ hasMore, busy, onMore }: Props) {
  const end = useRef<HTMLDivElement>(null);
  const ask = useRef(onMore);
  ask.current = onMore;
  useEffect(() => {
    const element = end.current;
    if (!element || !hasMore || busy || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && ask.current(), {
      rootMargin: "240px",
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasMore, busy]);
  if (!hasMore) return null;
  return (
    <div ref={end} className={styles.more}>
      <Button kind="quiet" size="small" busy={busy} onClick={onMore}>
        {busy ? texts.common.loading : texts.common.more}
      </Button>
    </div>
  );
}
