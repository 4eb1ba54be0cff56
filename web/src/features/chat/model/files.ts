// Files of messages: what may be sent, what they are, and how large they are drawn.

import type { Attachment } from "@/sdk/types";
import { locale } from "@/texts/texts";

export type FileKind = "image" | "video" | "audio" | "file";

/** By the sniffed type; only what the server serves inline is shown inline. */
export function kindOf(mediaType: string): FileKind {
  if (mediaType === "image/svg+xml") return "file";
  const kind = mediaType.split("/")[0];
  return kind === "image" || kind === "video" || kind === "audio" ? kind : "file";
}

export interface FileLimits {
  attachments_max: number;
  attachment_max_bytes: number;
}

export type FileFault = "empty" | "too_large" | "too_many";

/** Which of the new files may come along, and why the others may not. */
export function sortFiles(files: readonly File[], present: number, limits: FileLimits) {
  const taken: File[] = [];
  const refused: { file: File; fault: FileFault }[] = [];
  for (const file of files) {
    const fault = faultOf(file, present + taken.length, limits);
    if (fault) refused.push({ file, fault });
    else taken.push(file);
  }
  return { taken, refused };
}

function faultOf(file: File, present: number, limits: FileLimits): FileFault | undefined {
  if (file.size === 0) return "empty";
  if (file.size > limits.attachment_max_bytes) return "too_large";
  return present >= limits.attachments_max ? "too_many" : undefined;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function formatBytes(size: number): string {
  let [value, unit] = [size, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = value < 10 && unit > 0 ? 1 : 0;
  const options: Intl.NumberFormatOptions = {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
  };
  return new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: digits }).format(value);
}

export interface Size {
  width: number;
  height: number;
}

const BOX: Size = { width: 340, height: 360 };
const LEAST: Size = { width: 120, height: 72 };

/** The size of a picture in a bubble, known before it is loaded so that nothing moves when it is. */
export function drawnSize({ width, height }: Pick<Attachment, "width" | "height">): Size {
  if (!width || !height) return { width: 240, height: 180 };
  const scale = Math.min(1, BOX.width / width, BOX.height / height);
  return {
    width: Math.max(LEAST.width, Math.round(width * scale)),
    height: Math.max(LEAST.height, Math.round(height * scale)),
  };
}
