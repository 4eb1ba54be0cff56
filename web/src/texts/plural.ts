// Numbers and counted things in the language that is shown.
import { onceEach } from "./once-each";

/** A text for each form that the language has; `#` stands for the number. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const rulesOf = onceEach((language: string) => new Intl.PluralRules(language));
const numbersOf = onceEach((language: string) => new Intl.NumberFormat(language));

/** Chooses by `Intl.PluralRules`: `plural("en", 1, { one: "# day", other: "# days" })` is "1 day". */
export function plural(language: string, count: number, forms: Forms): string {
  const form = forms[rulesOf(language).select(count)] ?? forms.other;
  return form.replaceAll("#", numbersOf(language).format(count));
}
