// A face for people without a picture: their initials on a colour that is always theirs.

/** First letters of the first and the last word, at most two. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstLetter(word ?? ""));
  return letters.join("").toLocaleUpperCase() || "?";
}

/** A hue in degrees, the same for the same id on every device. */
export function hueOf(id: string): number {
  let hash = 2_166_136_261;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
  return ((hash >>> 0) % 24) * 15;
}

function firstLetter(word: string): string {
  const [letter] = word.match(/[\p{L}\p{N}]/u) ?? [];
  return letter ?? "";
}
