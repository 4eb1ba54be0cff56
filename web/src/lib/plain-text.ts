// The words of a message without its Markdown marks, in one line: for the list of chats, notices and what is read out.
// These need no parser: what is taken away by mistake is a sign, never a word.

const FENCE = /^[ \t]*(?:```|~~~).*$/gm;
/** Quotes, lists: what a line begins with. */
const LEAD = /^[ \t]*(?:(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s))[ \t]*)+/gm;
const LINK = /\[([^\]\n]+)\]\((?:[^()\s]|\([^()\s]*\))+(?:\s+"[^"\n]*")?\)/g;
const ADDRESS = /<((?:https?:\/\/|mailto:)[^<>\s]+)>/g;
/** Not the marks that may stand around it. */
const BARE_ADDRESS = /https?:\/\/\S*[^\s*_~]/g;
const CODE = /(`+)(?!`)([^\n]*?[^`\n])\1(?!`)/g;
/** Around words alone: `2 * 3 * 4` and `snake_case_name` stay. */
const EMPHASIS = [
  /(\*\*\*|\*\*|\*)(?=\S)([^*\n]*[^*\s])\1/g,
  /(?<![\p{L}\p{N}_])(___|__|_)(?=\S)([^_\n]*[^_\s])\1(?![\p{L}\p{N}_])/gu,
  /(~~)(?=\S)([^~\n]*[^~\s])\1/g,
];
const ESCAPED = /\\([!-/:-@[-`{-~])/g;
const MARKS = /[*_`~[<>\\]|^\s*(?:[-+]|\d{1,9}[.)])\s/m;
/** Where what must not be touched stands meanwhile: characters that mean nothing to anybody. */
const HELD = /\uE000(\d+)\uE001/g;

export function plainText(body: string): string {
  if (!MARKS.test(body)) return oneLine(body);
  const held: string[] = [];
  const hold = (text: string) => `\uE000${held.push(text) - 1}\uE001`;
  const bare = body
    .replace(FENCE, "")
    .replace(CODE, (_all, _marks, inner: string) => hold(inner.trim()))
    .replace(ESCAPED, (_all, sign: string) => hold(sign))
    .replace(ADDRESS, (_all, address: string) => hold(address))
    .replace(LINK, "$1")
    .replace(BARE_ADDRESS, hold)
    .replace(LEAD, "");
  // Twice: bold may stand in italics, and the other way round.
  const plain = [...EMPHASIS, ...EMPHASIS].reduce((text, pattern) => text.replace(pattern, "$2"), bare);
  return oneLine(plain.replace(HELD, (_all, index: string) => held[Number(index)] ?? ""));
}

/** Bodies may have many lines; where they are told of there is one. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
