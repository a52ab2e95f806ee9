/** Moments as forms have them, `yyyy-mm-ddThh:mm`, in a page's time zone. */
import { invalid } from '../../domain/errors.ts';
import { localTime, momentOfLocal } from '../../domain/local-time.ts';
import type { Form } from '../../http/form.ts';

/** For a field of the form. */
export function fieldTime(at: number | null, zone: string): string {
  return at === null ? '' : localTime(at, zone);
}

/**
 * What a field says, as the API takes it; undefined of an empty one.
 *
 * @throws DomainError invalid for a time that the zone's clocks skip, or show twice
 */
export function timeOfField(text: string, zone: string, name: string): string | undefined {
  if (text === '') return undefined;
  const found = momentOfLocal(text, zone);
  if (found.kind === 'malformed') throw invalid([name], 'A day and a time, like 2026-02-28 06:30.');
  if (found.kind === 'skipped')
    throw invalid([name], `Clocks of ${zone} skip this time: they are put forward. Choose another one.`);
  if (found.kind === 'twice')
    throw invalid([name], `Clocks of ${zone} show this time twice: they are put back. Choose another one.`);
  return new Date(found.at).toISOString();
}

/** A time that a form changed, by its field's name, for a patch; nothing of one that stands as it was. */
export function changedTime(
  form: Pick<Form, 'text'>,
  name: string,
  stored: number,
  zone: string,
): Record<string, string> {
  const text = form.text(name);
  // A field knows minutes alone: what was not touched keeps its seconds.
  if (text === '' || text === fieldTime(stored, zone)) return {};
  return { [name]: timeOfField(text, zone, name) ?? '' };
}
