/** Code and JSON with their parts marked, for the eye alone. */
import { escapeHtml } from '../../../text/escape-html.ts';

const marked = (kind: string, text: string) => `<span class="${kind}">${escapeHtml(text)}</span>`;

const STRING = /"(?:[^"\\\n]|\\.)*"|'[^']*'|`[^`]*`|https?:\/\/[^\s"'\\]+/;
const COMMENT = /^\s*(?:#|\/\/).*$| {2}# .*$|(?<=;) \/\/ .*$/;
const PARTS = new RegExp(`(${COMMENT.source})|(${STRING.source})`, 'gm');

/** Comments and strings of a piece of code. */
export function codeHtml(code: string): string {
  let done = 0;
  let html = '';
  for (const match of code.matchAll(PARTS)) {
    html += escapeHtml(code.slice(done, match.index));
    html += marked(match[1] === undefined ? 's' : 'c', match[0]);
    done = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(done));
}

/** Of a list so many are shown, and how many more there are. */
const SHOWN = 2;
const LONGEST = 160;

/** A value as indented JSON, its lists cut short. */
export function jsonHtml(value: unknown, indent = ''): string {
  if (typeof value === 'string') {
    return marked('s', JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value));
  }
  if (typeof value !== 'object' || value === null) return marked('n', String(value));
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const lines = value.slice(0, SHOWN).map((one) => inner + jsonHtml(one, inner));
    const rest = value.length - lines.length;
    const more = rest > 0 ? `,\n${inner}${marked('c', `… ${rest} more`)}` : '';
    return `[\n${lines.join(',\n')}${more}\n${indent}]`;
  }
  const lines = Object.entries(value).map(
    ([key, one]) => `${inner}${marked('k', JSON.stringify(key))}: ${jsonHtml(one, inner)}`,
  );
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
}

/** The first lines of a text. */
export function excerptHtml(text: string, lines: number): string {
  const all = text.replace(/\n+$/, '').split('\n');
  const shown = all
    .slice(0, lines)
    .map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line));
  return (
    escapeHtml(shown.join('\n')) +
    (all.length > lines ? `\n${marked('c', `… ${all.length - lines} more lines`)}` : '')
  );
}

/** A sentence in which `code` is marked. */
export function sentenceHtml(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
