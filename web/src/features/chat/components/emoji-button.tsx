// Puts an emoji where the cursor stands.
import { useRef, useState } from "react";
import { IconButton } from "@/components/button";
import { texts } from "@/texts/texts";
import { EmojiPopover } from "./emoji-popover";

export function EmojiButton({ onChoose }: { onChoose: (emoji: string) => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
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
      {button.current && (
        <EmojiPopover
          anchor={button.current}
          open={open}
          onClose={() => setOpen(false)}
          onChoose={(emoji) => {
            setOpen(false);
            onChoose(emoji);
          }}
        />
      )}
    </>
  );
}
