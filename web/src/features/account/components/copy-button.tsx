// Copies a text and says that it did.
import { useEffect, useState } from "react";
import { Button } from "@/components/button";
import { copyText } from "@/lib/copy-text";
import { texts } from "@/texts/texts";

const SAID_MS = 2_000;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <>
      <Button
        kind="secondary"
        size="small"
        icon={copied ? "check" : "copy"}
        onClick={() => void copyText(text).then(setCopied)}
      >
        {copied ? texts.settings.security.copied : label}
      </Button>
      <span className="visually-hidden" role="status">
        {copied ? texts.settings.security.copied : ""}
      </span>
    </>
  );
}
