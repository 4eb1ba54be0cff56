// The part of Markdown that messages know: bold, italic, struck out, code, quotes, lists and links. The parser gives a
// tree; nothing here or later makes HTML of it. Headings, pictures, tables and HTML stay the characters they are.
import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";

const LEFT_OUT = [
  "headingAtx",
  "setextUnderline",
  "thematicBreak",
  "htmlFlow",
  "htmlText",
  "definition",
  "codeIndented",
  "labelStartImage",
  "characterReference",
];
const EXTENSIONS = [gfmAutolinkLiteral(), gfmStrikethrough({ singleTilde: false }), { disable: { null: LEFT_OUT } }];
const TREE_EXTENSIONS = [gfmAutolinkLiteralFromMarkdown(), gfmStrikethroughFromMarkdown()];

/** Without any of these, a text is one plain paragraph. */
const MARKS = /[*_`~[<>\\@]|:\/\/|www\.|^\s*(?:[-+]|\d{1,9}[.)])\s/im;
/** Quotes and lists in one another cost time that grows with their depth: such texts stay plain. */
const TOO_DEEP = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])){17}/m;
const KEPT = 400;

const trees = new Map<string, Root | null>();

/** The tree of a message; `null` for plain text. */
export function parseMessage(body: string): Root | null {
  if (!MARKS.test(body) || TOO_DEEP.test(body)) return null;
  const known = trees.get(body);
  if (known !== undefined) return known;
  const tree = fromMarkdown(body, { extensions: EXTENSIONS, mdastExtensions: TREE_EXTENSIONS });
  const oldest = trees.size >= KEPT ? trees.keys().next().value : undefined;
  if (oldest !== undefined) trees.delete(oldest);
  trees.set(body, tree);
  return tree;
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
