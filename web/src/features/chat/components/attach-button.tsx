// Chooses files from the device.
import { useRef } from "react";
import { IconButton } from "@/components/button";
import { texts } from "@/texts/texts";

export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const label = texts.chat.composer.attach;
  return (
    <>
      <IconButton icon="clip" label={label} onClick={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={label}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}
