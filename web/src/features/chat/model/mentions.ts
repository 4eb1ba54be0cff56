// `@name` in texts: which one is being typed, how it is completed, and where they stand in what was sent.
import type { UserLite } from "@/sdk/types";

const TYPED = /(?:^|[^\p{L}\p{N}_@])@([a-z0-9_.]{0,32})$/iu;
const WRITTEN = /(?<![\p{L}\p{N}_@])@([a-z0-9_](?:\.?[a-z0-9_])*)/giu;
const MOST_SHOWN = 8;

export interface MentionQuery {
  /** What stands after the `@`, in lower case. */
  typed: string;
  /** Where the `@` stands. */
  from: number;
}

/** The mention that ends at the cursor. */
export function mentionAt(text: string, cursor: number): MentionQuery | undefined {
  const typed = TYPED.exec(text.slice(0, cursor))?.[1];
  return typed === undefined ? undefined : { typed: typed.toLowerCase(), from: cursor - typed.length - 1 };
}

/** Those who fit, best first: names that start so, then words of the display name that do. */
export function fitting(people: readonly UserLite[], typed: string): UserLite[] {
  const rank = ({ username, display_name }: UserLite): number => {
    const name = display_name.toLowerCase();
    if (username.startsWith(typed) || name.startsWith(typed)) return 0;
    return name.split(/\s+/).some((word) => word.startsWith(typed)) ? 1 : 2;
  };
  const ranked = people.map((user) => ({ user, rank: rank(user) })).filter((item) => item.rank < 2);
  return ranked
    .sort((a, b) => a.rank - b.rank || a.user.display_name.localeCompare(b.user.display_name))
    .slice(0, MOST_SHOWN)
    .map((item) => item.user);
}

/** The text with the mention completed, and where the cursor goes. */
export function complete(text: string, { from, typed }: MentionQuery, username: string) {
  const after = text.slice(from + 1 + typed.length);
  const inserted = `@${username}${after.startsWith(" ") ? "" : " "}`;
  return { text: text.slice(0, from) + inserted + after, cursor: from + username.length + 2 };
}

export interface WrittenMention {
  start: number;
  end: number;
  username: string;
}

export function mentionsIn(text: string): WrittenMention[] {
  return [...text.matchAll(WRITTEN)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    username: (match[1] ?? "").toLowerCase(),
  }));
}
