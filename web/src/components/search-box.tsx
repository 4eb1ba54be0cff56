// A small field that searches a list underneath. Escape empties it.
import { useRef } from "react";
import { texts } from "@/texts/texts";
import { IconButton } from "./button";
import { Icon } from "./icon";
import styles from "./search-box.module.css";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  maxLength?: number;
  autoFocus?: boolean;
}

export function SearchBox({ label, value, onChange, maxLength = 64, autoFocus }: Props) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <search className={styles.box}>
      <Icon name="search" size={17} />
      <input
        ref={field}
        type="search"
        dir="auto"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        maxLength={maxLength}
        value={value}
        // biome-ignore lint/a11y/noAutofocus: only in windows that somebody opened to search in
        autoFocus={autoFocus}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || value === "") return;
          event.stopPropagation();
          onChange("");
        }}
      />
      {value && (
        <IconButton
          icon="close"
          label={texts.inbox.clearSearch}
          onClick={() => {
            onChange("");
            field.current?.focus();
          }}
        />
      )}
    </search>
  );
}
