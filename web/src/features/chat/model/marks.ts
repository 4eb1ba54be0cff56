// Marks of Markdown that keys put around what is selected in the composer, and take away again.
import { MARK_SHORTCUTS, type MarkName, matches, type PressedKey } from "@/lib/shortcuts";

export interface Selected {
  text: string;
  start: number;
  end: number;
}

const MARKS: Record<MarkName, string> = { bold: "**", italic: "_", code: "`", strike: "~~" };

/** There Ctrl+B and Ctrl+E move the cursor. */
const isApple = /Mac|iP/.test(navigator.platform);

/** The mark that a key stands for. */
export function markOf(event: PressedKey): string | undefined {
  if (event.ctrlKey && isApple) return undefined;
  const name = (Object.keys(MARKS) as MarkName[]).find((one) => matches(MARK_SHORTCUTS[one], event));
  return name && MARKS[name];
}

/** Puts the mark on both sides, or takes it away from there; the words stay selected. White space stays outside. */
export function toggleMark({ text, start, end }: Selected, mark: string): Selected {
  const words = text.slice(start, end);
  const from = words.trim() === "" ? start : start + words.length - words.trimStart().length;
  const to = from + words.trim().length;
  const [before, inside, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  const size = mark.length;
  if (before.endsWith(mark) && after.startsWith(mark))
    return { text: before.slice(0, -size) + inside + after.slice(size), start: from - size, end: to - size };
  return { text: before + mark + inside + mark + after, start: from + size, end: to + size };
}
