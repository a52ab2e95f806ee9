/** The settings of a page, as its form says them. */
import { isTimeZone } from '../../domain/calendar.ts';
import { LANGUAGES } from '../../domain/languages.ts';
import type { Form } from '../../http/form.ts';
import type { PageRow } from '../../manage/command.ts';
import { accentOf, accentReport } from '../../render/view/accent.ts';
import { dictionaryFor } from '../../text/dictionary.ts';

/** The time zones to choose from; one that is stored and in no list stays. */
export function zoneOptions(stored: string): { value: string; label: string }[] {
  const zones = ['Etc/UTC', ...Intl.supportedValuesOf('timeZone').filter(isTimeZone)];
  return [...new Set([stored, ...zones])]
    .toSorted()
    .map((value) => ({ value, label: value.replaceAll('_', ' ') }));
}

export const languageOptions = LANGUAGES.map((value) => ({ value, label: dictionaryFor(value).name }));

/** The body of PATCH `/pages/{page}`. */
export function settingsInput(form: Form): Record<string, unknown> {
  const language = form.text('language');
  const further = form.all('languages').filter((one) => one !== language);
  return {
    name: form.text('name'),
    slug: form.text('slug'),
    description: form.text('description') || null,
    timezone: form.text('timezone'),
    language,
    languages: [language, ...further],
    accent: form.text('accent') || null,
  };
}

/** How the accent that the form holds would look, and the rules that show it. */
export function accentSample(form: Form, page: Pick<PageRow, 'accent'>) {
  const typed = form.sent && form.pressed('do') !== 'domain' ? form.text('accent') || null : page.accent;
  const accent = accentOf(typed);
  const report = accentReport(accent);
  const { on, links } = report;
  const css = `.swatch.on{background:${accent};color:${on.colour}}.swatch.light{background:#f6f6f3;color:${links.light.colour}}.swatch.dark{background:#171b1f;color:${links.dark.colour}}`;
  return { report, css: `@layer components{${css}}` };
}
