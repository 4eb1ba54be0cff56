import { expect, it } from "vitest";
import { complete, completeWhole, queryAt, type Typed } from "./completion";
import { emojiNamed, fittingEmoji } from "./emoji-names";

/** `|` stands where the cursor does. */
function at(text: string): Typed {
  return { text: text.replace("|", ""), cursor: text.indexOf("|") };
}
const shown = (typed: Typed | undefined) =>
  typed && `${typed.text.slice(0, typed.cursor)}|${typed.text.slice(typed.cursor)}`;

it("looks for a person behind @, and for an emoji behind a colon", () => {
  expect(queryAt(at("hi @Be|n"))).toEqual({ kind: "mention", typed: "be", from: 3 });
  expect(queryAt(at("hi @|"))).toEqual({ kind: "mention", typed: "", from: 3 });
  expect(queryAt(at("(:Tad|"))).toEqual({ kind: "emoji", typed: "tad", from: 1 });
});

it("leaves addresses, times and smileys alone", () => {
  for (const text of ["mail a@be|", "@be there|", "hi|", "at 10:30|", "so :D|", "https:ab|", "a:bc|"])
    expect(queryAt(at(text)), text).toBeUndefined();
});

it("puts a space behind what was chosen where a word may follow", () => {
  const completed = (text: string) => {
    const typed = at(text);
    const query = queryAt(typed);
    return query && shown(complete(typed.text, query, "@ben"));
  };
  expect(completed("hi @be|")).toBe("hi @ben |");
  expect(completed("hi @be| there")).toBe("hi @ben |there");
  expect(completed("hi @be|, you")).toBe("hi @ben|, you");
});

const EMOJI = [
  { emoji: "🎊", names: ["confetti_ball"], tags: ["tada"] },
  { emoji: "🎉", names: ["tada", "hooray"], tags: ["party"] },
  { emoji: "💃", names: ["dancer"], tags: ["party"] },
  { emoji: "🦜", names: ["third_party"], tags: [] },
  { emoji: "🥳", names: ["partying_face"], tags: [] },
  { emoji: "🎏", names: ["tada_flags", "x"], tags: [] },
  { emoji: "🎐", names: ["tada"], tags: [] },
];

it("finds emoji by their names first, then by other words for them", () => {
  expect(fittingEmoji(EMOJI, "tada").map(({ emoji }) => emoji)).toEqual(["🎉", "🎐", "🎏", "🎊"]);
  expect(fittingEmoji(EMOJI, "par").map(({ emoji }) => emoji)).toEqual(["🥳", "🎉", "💃", "🦜"]);
  expect(fittingEmoji(EMOJI, "zzz")).toEqual([]);
});

it("takes a name between two colons for the emoji when there is one", () => {
  const named = (name: string) => emojiNamed(EMOJI, name);
  expect(shown(completeWhole(at("so :Hooray:| yes"), named))).toBe("so 🎉| yes");
  expect(completeWhole(at("so :nothing:|"), named)).toBeUndefined();
  expect(completeWhole(at("a:tada:|"), named)).toBeUndefined();
  expect(completeWhole(at("so :x:|"), named)).toBeUndefined();
});
