// The part of Markdown that messages know: bold, italic, struck out, code, quotes, lists and links. Headings, pictures,
// tables and HTML stay the characters they are. Most messages are plain; the parser is fetched for the others.
import type { Nodes, Root } from "mdast";
import { useRef, useSyncExternalStore } from "react";
import { fetchLater } from "@/lib/later";

/** Without any of these, a text is one plain paragraph. */
const MARKS = /[*_`~[<>\\@]|:\/\/|www\.|^\s*(?:[-+]|\d{1,9}[.)])\s/im;
/** Quotes and lists in one another cost time that grows with their depth: such texts stay plain. */
const TOO_DEEP = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])){17}/m;
const KEPT = 400;

const trees = new Map<string, Root>();

let treeOf: ((body: string) => Root) | undefined;
let missing = false;
const listeners = new Set<() => void>();

const fetchParser = fetchLater(async () => {
  treeOf = (await import("./markdown-parser")).treeOf;
  tellAll();
});

/** When it can't be had, messages are shown as they were written. */
export async function loadParser(): Promise<void> {
  try {
    await fetchParser();
  } catch {
    missing = true;
    tellAll();
  }
}

function tellAll(): void {
  for (const listener of listeners) listener();
}

/** The tree of a message; `null` for plain text, and for all while the parser is not there. */
export function parseMessage(body: string): Root | null {
  const known = trees.get(body);
  if (known !== undefined) return known;
  if (!treeOf || !hasMarks(body)) return null;
  const tree = treeOf(body);
  const oldest = trees.size >= KEPT ? trees.keys().next().value : undefined;
  if (oldest !== undefined) trees.delete(oldest);
  trees.set(body, tree);
  return tree;
}

export function useParser(): boolean {
  return useSyncExternalStore(subscribe, () => treeOf !== undefined);
}

/** Whether messages can be drawn as they will stay: rows must not jump when the parser comes. Once true, it stays so. */
export function useReadable(messages: readonly { body: string }[]): boolean {
  const waits = useSyncExternalStore(subscribe, () => treeOf === undefined && !missing);
  const drawn = useRef(false);
  const readable = drawn.current || !waits || !messages.some(({ body }) => hasMarks(body));
  drawn.current = readable && messages.length > 0;
  return readable;
}

function hasMarks(body: string): boolean {
  return MARKS.test(body) && !TOO_DEEP.test(body);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The address when it is one to follow from a message; scripts and the like are none. */
export function safeUrl(url: string): string | undefined {
  return /^(?:https?:\/\/|mailto:)/i.test(url) ? url : undefined;
}

/** The words of a message without its marks, in one line: for excerpts. */
export function plainText(body: string): string {
  const tree = parseMessage(body);
  return tree ? tree.children.map(wordsOf).join(" ") : body;
}

function wordsOf(node: Nodes): string {
  if (node.type === "break") return " ";
  if ("children" in node) return node.children.map(wordsOf).join(node.type === "list" ? " " : "");
  return "value" in node ? node.value : "";
}
