/** The forms of a phrase by the plural rules of a language (CLDR); `#` stands for the number. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** A phrase that follows its number: `plural('en', { one: 'one day', other: '# days' })(3)` is `3 days`. */
export function plural(language: string, forms: Forms): (count: number) => string {
  const rules = new Intl.PluralRules(language);
  return (count) => (forms[rules.select(count)] ?? forms.other).replaceAll('#', String(count));
}
