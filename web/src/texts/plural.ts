// Numbers and counted things in the language that is shown.

/** A text for each form that the language has; `#` stands for the number. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Chooses by `Intl.PluralRules`: `plural("en", 1, { one: "# day", other: "# days" })` is "1 day". */
export function plural(language: string, count: number, forms: Forms): string {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return form.replaceAll("#", new Intl.NumberFormat(language).format(count));
}
