// Search inside the conversation: what is found is marked in its place, the arrows go from one to the next.
import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import { errorText } from "@/lib/error-text";
import { useDebounced } from "@/lib/use-debounced";
import { locale, texts } from "@/texts/texts";
import { QUERY_MAX, useConversationSearch } from "../api/search-conversation";
import { type Finds, NO_FINDS } from "./finds";
import styles from "./search-bar.module.css";

interface Props {
  conversationId: string;
  onFinds: (finds: Finds) => void;
  onShow: (seq: number) => void;
  onClose: () => void;
}

export function SearchBar({ conversationId, onFinds, onShow, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const q = useDebounced(typed.trim(), 250);
  const { data, error, isFetching } = useConversationSearch(conversationId, q);
  const items = q === "" ? undefined : data?.items;
  const [place, setPlace] = useState(0);
  const words = texts.chat.search;

  const finds = useMemo(() => new Map(items?.map((item) => [item.message.id, item.highlights])), [items]);
  useEffect(() => onFinds(finds), [finds, onFinds]);
  useEffect(() => () => onFinds(NO_FINDS), [onFinds]);
  useEffect(() => {
    setPlace(0);
    const latest = items?.[0]?.message.seq;
    if (latest !== undefined) onShow(latest);
  }, [items, onShow]);

  const count = items?.length ?? 0;
  const go = (by: 1 | -1) => {
    if (count === 0) return;
    const next = (place + by + count) % count;
    setPlace(next);
    const seq = items?.[next]?.message.seq;
    if (seq !== undefined) onShow(seq);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowUp") go(1);
    else if (event.key === "ArrowDown") go(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const all = new Intl.NumberFormat(locale).format(count) + (data?.more ? "+" : "");
  const found = items && (count === 0 ? words.none : words.place(place + 1, all));
  return (
    <search className={styles.search}>
      <Icon name="search" size={18} />
      <input
        type="search"
        dir="auto"
        // biome-ignore lint/a11y/noAutofocus: it opens when one asks to search
        autoFocus
        value={typed}
        maxLength={QUERY_MAX}
        aria-label={words.label}
        placeholder={words.label}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={pressed}
      />
      <span role="status" className={styles.found}>
        {error ? errorText(error) : q !== "" && (isFetching && !items ? words.searching : found)}
      </span>
      <IconButton icon="up" label={words.previous} disabled={count === 0} onClick={() => go(1)} />
      <IconButton icon="down" label={words.next} disabled={count === 0} onClick={() => go(-1)} />
      <IconButton icon="close" label={words.close} onClick={onClose} />
    </search>
  );
}
