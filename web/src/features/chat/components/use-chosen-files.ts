// The files that were chosen for a message: by button, dropped or pasted; within the limits, and why one is not.
import { useCallback, useRef, useState } from "react";
import { tellFault } from "@/components/toast";
import { texts } from "@/texts/texts";
import { type FileLimits, formatBytes, sortFiles } from "../model/files";
import type { ChosenFile } from "./file-previews";

export function useChosenFiles(limits: FileLimits) {
  const [files, setFiles] = useState<readonly ChosenFile[]>([]);
  const nextId = useRef(1);
  const add = useCallback(
    (more: readonly File[]) => {
      const { taken, refused } = sortFiles(more, files.length, limits);
      const words = texts.chat.files;
      const faults = refused.map(({ file, fault }) => {
        if (fault === "empty") return words.empty(file.name);
        if (fault === "too_many") return words.tooMany(limits.attachments_max);
        return words.tooLarge(file.name, formatBytes(limits.attachment_max_bytes));
      });
      for (const fault of new Set(faults)) tellFault(undefined, () => fault);
      if (taken.length > 0) setFiles([...files, ...taken.map((file) => ({ id: nextId.current++, file }))]);
    },
    [files, limits],
  );
  const remove = useCallback((id: number) => setFiles((before) => before.filter((item) => item.id !== id)), []);
  const clear = useCallback(() => setFiles([]), []);
  return { files, add, remove, clear };
}
