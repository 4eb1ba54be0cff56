// The parser of messages, apart because it is large. It gives a tree; nothing here or later makes HTML of it.
import type { Root } from "mdast";
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

export function treeOf(body: string): Root {
  return fromMarkdown(body, { extensions: EXTENSIONS, mdastExtensions: TREE_EXTENSIONS });
}
