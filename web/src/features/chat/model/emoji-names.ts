// Emoji by name, as the build puts them beside the client (plugins/emoji-data.ts). English for every language we have.

export interface EmojiName {
  emoji: string;
  /** What it is called between colons, the usual name first. */
  names: string[];
  /** Other words for it. */
  tags: string[];
}

const MOST_SHOWN = 8;
const DATA = "/emoji/en/names.json";

let loaded: Promise<EmojiName[]> | undefined;

/** Loaded once, when somebody first types a name. */
export function loadEmojiNames(): Promise<EmojiName[]> {
  loaded ??= fetch(DATA)
    .then((response) => {
      if (!response.ok) throw new Error(`${DATA}: ${response.status}`);
      return response.json() as Promise<EmojiName[]>;
    })
    .catch((cause: unknown) => {
      loaded = undefined;
      throw cause;
    });
  return loaded;
}

/** Those that fit `typed`, best first: called so, names that start so, words that start so, names that hold it. */
export function fittingEmoji(all: readonly EmojiName[], typed: string): EmojiName[] {
  const rank = ({ names, tags }: EmojiName): number => {
    if (names.includes(typed)) return 0;
    if (names.some((name) => name.startsWith(typed))) return 1;
    if (tags.some((tag) => tag.startsWith(typed))) return 2;
    return names.some((name) => name.includes(typed)) ? 3 : 4;
  };
  const ranked = all.map((emoji) => ({ emoji, rank: rank(emoji) })).filter((item) => item.rank < 4);
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_SHOWN)
    .map((item) => item.emoji);
}

export function emojiNamed(all: readonly EmojiName[], name: string): string | undefined {
  return all.find(({ names }) => names.includes(name))?.emoji;
}
