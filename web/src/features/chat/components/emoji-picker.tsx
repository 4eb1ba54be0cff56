// All emoji, with a search and skin tones. Names and drawings' order come from our own origin, never from elsewhere.
import { defaultEmojiDataResolver, EmojiPicker as Picker } from "frimousse";
import { useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { locale, texts } from "@/texts/texts";
import styles from "./emoji-picker.module.css";

/** The build puts the data there; see vite.config.ts. Names are in English for every language that we have. */
const DATA = "/emoji";

export default function EmojiPicker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const [failed, setFailed] = useState(false);
  const words = texts.chat.emoji;
  if (failed)
    return (
      <EmptyState icon="alert" title={words.open} compact>
        {words.failed}
      </EmptyState>
    );
  return (
    <Picker.Root
      className={styles.picker}
      locale="en"
      emojibaseUrl={DATA}
      columns={8}
      lang={locale}
      resolveEmojiData={async (...request) => {
        try {
          return await defaultEmojiDataResolver(...request);
        } catch (cause) {
          if (!request[1].signal?.aborted) setFailed(true);
          throw cause;
        }
      }}
      onEmojiSelect={({ emoji }) => onChoose(emoji)}
    >
      <div className={styles.top}>
        <Picker.Search className={styles.search} aria-label={words.search} placeholder={words.search} autoFocus />
        <Picker.SkinToneSelector className={styles.tone} aria-label={words.skinTone} title={words.skinTone} />
      </div>
      <Picker.Viewport className={styles.viewport} tabIndex={0} aria-label={words.open}>
        <Picker.Loading className={styles.state}>
          <Spinner label={words.loading} />
        </Picker.Loading>
        <Picker.Empty className={styles.state}>{words.empty}</Picker.Empty>
        <Picker.List
          className={styles.list}
          components={{
            CategoryHeader: ({ category, ...rest }) => (
              <div {...rest} className={styles.category}>
                {category.label}
              </div>
            ),
            // Rows and columns are counted from 1; the library begins at 0, and finds its rows by their number.
            Row: ({ children, "aria-rowindex": row, ...rest }) => (
              <div {...rest} {...(row && { "aria-rowindex": row })}>
                {children}
              </div>
            ),
            Emoji: ({ emoji, "aria-colindex": column = 0, ...rest }) => (
              <button
                type="button"
                {...rest}
                {...{ "aria-colindex": column + 1 }}
                className={styles.emoji}
                data-active={emoji.isActive || undefined}
              >
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </Picker.Viewport>
    </Picker.Root>
  );
}
