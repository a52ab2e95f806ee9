/** Texts of others brought within our limits (contract, section 5): what the rules refuse is cleaned, and reported. */
import type { Notes } from './notes.ts';

const LONGEST_NAME = 200;
const LONGEST_DESCRIPTION = 2_000;
const LONGEST_BODY = 25_000;

const CONTROL_ON_ONE_LINE = / *[\p{Cc}\u2028\u2029]+ */gu;
const CONTROL_IN_TEXT = /(?![\n\t])\p{Cc}/gu;

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

/** A name or title: one line of 1 to 200 characters. `what` says in the report whose it is. */
export function cleanName(text: string, what: string, notes: Notes): string {
  const oneLine = text.toWellFormed().replace(CONTROL_ON_ONE_LINE, ' ').trim();
  const name = cut(oneLine === '' ? 'Untitled' : oneLine, LONGEST_NAME);
  if (name !== text.trim())
    notes.add(`The name of ${/^[aiu]/.test(what) ? 'an' : 'a'} ${what} was cleaned`, name);
  return name;
}

function cleanText(text: string, longest: number): string {
  return cut(text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROL_IN_TEXT, ''), longest);
}

/** A description of at most 2,000 characters, null when there is none. */
export function cleanDescription(text: string | null | undefined, name: string, notes: Notes): string | null {
  if (!text) return null;
  const clean = cleanText(text, LONGEST_DESCRIPTION);
  if (clean !== text.replace(/\r\n?/g, '\n')) notes.add('A description was cleaned', name);
  return clean.trim() === '' ? null : clean;
}

/** The text of an update, at most 25,000 characters. */
export function cleanBody(text: string | null | undefined, title: string, notes: Notes): string {
  if (!text) return '';
  const clean = cleanText(text, LONGEST_BODY);
  if (clean !== text.replace(/\r\n?/g, '\n')) notes.add('The text of an update was cleaned', title);
  return clean;
}
