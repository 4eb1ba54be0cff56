import { expect, test } from "vitest";
import { plainText } from "./plain-text";

test.each([
  ["**bold** and `code`\n\n> quoted [link](https://a.example)", "bold and code quoted link"],
  ["***both*** _one_ __two__ ~~gone~~", "both one two gone"],
  ["*italic with **bold** inside*", "italic with bold inside"],
  ["- milk\n- bread\n  1. rye", "milk bread rye"],
  ["```ts\nconst a_b = 2 * 3;\n```", "const a_b = 2 * 3;"],
  ["see <https://a.example/x_y_z>", "see https://a.example/x_y_z"],
])("%j is said as %j", (body, said) => expect(plainText(body)).toBe(said));

test.each([
  "2 * 3 * 4",
  "snake_case_name and other_name",
  "https://a.example/a_b_c?d=*e*f",
  "cut in the **middle",
  "a < b > c",
  "~five minutes~",
  "1984 was a book",
  "-5 degrees",
])("%j stays", (body) => expect(plainText(body)).toBe(body));

test("what is code or escaped keeps its marks", () => {
  expect(plainText("`a **b** c` and \\*stars\\*")).toBe("a **b** c and *stars*");
});

test("a long row of marks takes no time", () => {
  const before = performance.now();
  for (const mark of ["*", "_", "`", "~", "[", "> ", "[a](", "<"]) plainText(mark.repeat(4000));
  expect(performance.now() - before).toBeLessThan(1_000);
});
