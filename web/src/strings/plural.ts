// Words that depend on a number.

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** A function from a number to its words; `#` in a form stands for the number. */
export function plural(locale: string, forms: Forms): (count: number) => string {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (count) => (forms[rules.select(count)] ?? forms.other).replace('#', numbers.format(count));
}
