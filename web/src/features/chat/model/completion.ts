// What is completed while it is typed: `@name` for people, `:name` for emoji.

export interface Typed {
  text: string;
  cursor: number;
}

export interface Query {
  kind: "mention" | "emoji";
  /** What stands after the sign, in lower case. */
  typed: string;
  /** Where the sign stands. */
  from: number;
}

const MENTION = /(?:^|[^\p{L}\p{N}_@])@([a-z0-9_.]{0,32})$/iu;
/** Two letters at least: times, smileys and lists have colons too. */
const EMOJI = /(?:^|[\s(]):([a-z0-9_+-]{2,32})$/i;
const WHOLE_EMOJI = /(?:^|[\s(]):([a-z0-9_+-]{2,32}):$/i;

/** What is being typed at the cursor. */
export function queryAt({ text, cursor }: Typed): Query | undefined {
  const before = text.slice(0, cursor);
  const mention = MENTION.exec(before)?.[1];
  const typed = mention ?? EMOJI.exec(before)?.[1];
  if (typed === undefined) return undefined;
  return {
    kind: mention === undefined ? "emoji" : "mention",
    typed: typed.toLowerCase(),
    from: cursor - typed.length - 1,
  };
}

/** The text with `put` in place of what was typed, a space behind it if a word follows, and where the cursor goes. */
export function complete(text: string, { from, typed }: Query, put: string): Typed {
  const after = text.slice(from + 1 + typed.length);
  const space = /^[\s.,;:!?)]/.test(after) ? "" : " ";
  const step = space || after.startsWith(" ") ? 1 : 0;
  return { text: text.slice(0, from) + put + space + after, cursor: from + put.length + step };
}

/** The same for a name between two colons, the second of which has just been typed. */
export function completeWhole({ text, cursor }: Typed, named: (name: string) => string | undefined): Typed | undefined {
  const name = WHOLE_EMOJI.exec(text.slice(0, cursor))?.[1];
  const emoji = name && named(name.toLowerCase());
  if (!emoji) return undefined;
  const from = cursor - name.length - 2;
  return { text: text.slice(0, from) + emoji + text.slice(cursor), cursor: from + emoji.length };
}
