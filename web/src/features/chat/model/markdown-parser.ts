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
const BASE = {
  extensions: [gfmStrikethrough({ singleTilde: false }), { disable: { null: LEFT_OUT } }],
  mdastExtensions: [gfmStrikethroughFromMarkdown()],
};
const WITH_ADDRESSES = {
  extensions: [...BASE.extensions, gfmAutolinkLiteral()],
  mdastExtensions: [...BASE.mdastExtensions, gfmAutolinkLiteralFromMarkdown()],
};
/** Each address without brackets has one of these. To look for one at each letter takes a third of all the time. */
const MAY_HAVE_ADDRESS = /:\/\/|www\.|@/i;

export function treeOf(body: string): Root {
  return fromMarkdown(body, MAY_HAVE_ADDRESS.test(body) ? WITH_ADDRESSES : BASE);
}
