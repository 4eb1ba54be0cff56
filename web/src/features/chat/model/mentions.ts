// `@name` in texts: who is meant while it is typed, and where they stand in what was sent.
import type { UserLite } from "@/sdk/types";

const WRITTEN = /(?<![\p{L}\p{N}_@])@([a-z0-9_](?:\.?[a-z0-9_])*)/giu;
const MOST_SHOWN = 8;

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
