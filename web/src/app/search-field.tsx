// The search of the left pane. "/" brings the cursor here, Enter opens the first that was found, Escape empties it.
import { useLayoutEffect, useRef } from "react";
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import { shortcutOf } from "@/lib/shortcuts";
import { texts } from "@/texts/texts";
import styles from "./shell.module.css";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Enter was pressed; given is what stands around field and list. */
  onEnter: (around: HTMLElement | null) => void;
}

/** The longest that any of the searches takes. */
const LONGEST = 200;

export function SearchField({ label, value, onChange, onEnter }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (shortcutOf(event) !== "search") return;
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
        dir="auto"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={LONGEST}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onChange("");
          if (event.key !== "Enter" || value.trim() === "" || event.nativeEvent.isComposing) return;
          onEnter(event.currentTarget.closest("search")?.parentElement ?? null);
        }}
      />
      {value ? (
        <IconButton
          icon="close"
          label={texts.inbox.clearSearch}
          onClick={() => {
            onChange("");
            field.current?.focus();
          }}
        />
      ) : (
        <kbd>/</kbd>
      )}
    </search>
  );
}
