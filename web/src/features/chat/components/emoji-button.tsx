// Puts an emoji where the cursor stands.
import { lazy, Suspense, useRef, useState } from "react";
import { IconButton } from "@/components/button";
import { texts } from "@/texts/texts";

const EmojiPopover = lazy(() => import("./emoji-popover"));

export function EmojiButton({ onChoose }: { onChoose: (emoji: string) => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const wasOpen = useRef(false);
  wasOpen.current ||= open;
  return (
    <>
      <IconButton
        ref={button}
        icon="smile"
        label={texts.chat.emoji.open}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
      {wasOpen.current && button.current && (
        <Suspense>
          <EmojiPopover
            anchor={button.current}
            open={open}
            onClose={() => setOpen(false)}
            onChoose={(emoji) => {
              setOpen(false);
              onChoose(emoji);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
