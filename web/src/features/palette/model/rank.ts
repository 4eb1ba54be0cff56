// How well a name fits what was typed: its beginning before the beginning of a word, then anywhere, then its letters in
// order. Marks over letters don't matter, nor does case.

/** From 4 (best) down to 1; 0 when it does not fit. Nothing typed fits everything alike. */
export function fitOf(name: string, typed: string): number {
  const wanted = plain(typed);
  if (wanted === "") return 1;
  const text = plain(name);
  if (text.startsWith(wanted)) return 4;
  if (text.split(/[\s:,.@_-]+/).some((word) => word.startsWith(wanted))) return 3;
  if (text.includes(wanted)) return 2;
  return inOrder(text, wanted) ? 1 : 0;
}

/** Those that fit, best first; what fits alike keeps its order. */
export function ranked<T extends { label: string; detail?: string }>(entries: readonly T[], typed: string): T[] {
  return entries
    .map((entry) => ({
      entry,
      fit: Math.max(fitOf(entry.label, typed), Math.min(2, fitOf(entry.detail ?? "", typed))),
    }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .map(({ entry }) => entry);
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();
}

/** Letters in order, as in "ngr" for "New group"; a single letter or two would fit nearly everything. */
function inOrder(text: string, wanted: string): boolean {
  if (wanted.length < 3) return false;
  let at = 0;
  for (const letter of wanted) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
