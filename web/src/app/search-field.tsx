// The search for people. "/" or Ctrl+K brings the cursor here, Escape empties it.
import { useEffect, useRef } from "react";
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import styles from "./shell.module.css";

interface Props {
  value: string;
  onChange: (value: string) => void;
}

export function SearchField({ value, onChange }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
      const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
      const ctrlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
      if (!slash && !ctrlK) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  return (
    <search className={styles.search}>
      <Icon name="search" size={18} />
      <input
        ref={field}
        type="search"
        aria-label="Search people"
        aria-keyshortcuts="/ Control+K"
        placeholder="Search people"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onChange("");
        }}
      />
      {value ? <IconButton icon="close" label="Clear the search" onClick={() => onChange("")} /> : <kbd>/</kbd>}
    </search>
  );
}
