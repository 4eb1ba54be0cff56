// Above which message the line "new messages" stands: what was not read when the conversation was opened, and later what
// came while the person was not looking. What comes before their eyes is not new.
import { useEffect, useRef, useState } from "react";
import { useAttention } from "@/lib/use-attention";
import type { Conversation } from "@/sdk/types";

const NOTHING_NEW = Number.POSITIVE_INFINITY;

/** Messages of others above this `seq` are new. */
export function useNewMark({ my, last_seq }: Conversation, lastSeq: number): number {
  const [mark, setMark] = useState(my && my.read_seq < last_seq ? my.read_seq : NOTHING_NEW);
  const attention = useAttention();
  const latest = useRef(lastSeq);
  latest.current = lastSeq;
  const looked = useRef(attention);
  useEffect(() => {
    if (looked.current === attention) return;
    looked.current = attention;
    if (attention) setMark((before) => (latest.current > before ? before : NOTHING_NEW));
    else setMark(latest.current);
  }, [attention]);
  return mark;
}
