/**
 * The picture that stands beside a link to a page, where such are shown: the mark of its headline, and its words in the
 * languages that our font has letters for. One for each headline: it says nothing of whose page it is.
 */
import type { HeadlineKind } from '../../domain/headline.ts';
import type { Language } from '../../domain/languages.ts';
import type { ComponentStatus } from '../../domain/status.ts';
import { dictionaryFor } from '../../text/dictionary.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { COLOURS, markDrawn } from '../view/mark.ts';

const WIDTH = 1200;
const HEIGHT = 630;

/** What can stand above a page, with its mark: an open incident has one of two. */
const HEADLINES: readonly [HeadlineKind, ComponentStatus][] = [
  ['operational', 'operational'],
  ['nothing_listed', 'operational'],
  ['under_maintenance', 'under_maintenance'],
  ['degraded_performance', 'degraded_performance'],
  ['partial_outage', 'partial_outage'],
  ['major_outage', 'major_outage'],
  ['incident_open', 'degraded_performance'],
  ['incident_open', 'major_outage'],
];
/** Languages that Inter has letters for. */
const WRITTEN: readonly Language[] = ['en', 'de', 'fr'];

const PALE = '#cfe7db';
const CELLS = 45;

/** Names the picture of a headline: `en-partial_outage`; without words in other languages: `partial_outage`. */
export function pictureName(
  { kind, mark }: { kind: HeadlineKind; mark: ComponentStatus },
  language: string,
): string {
  if (!(WRITTEN as readonly string[]).includes(language)) return mark;
  return kind === 'incident_open' ? `${language}-${kind}-${mark}` : `${language}-${kind}`;
}

/** All pictures there are, by name, as SVG. */
export function pictures(): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [kind, mark] of HEADLINES) {
    for (const language of [...WRITTEN, '']) {
      const words = language === '' ? '' : dictionaryFor(language).headline[kind];
      all[pictureName({ kind, mark }, language)] = draw(mark, words);
    }
  }
  return all;
}

function draw(mark: ComponentStatus, words: string): string {
  const tinted = mark !== 'operational' && mark !== 'under_maintenance';
  const size = words === '' ? 260 : 120;
  const [x, y] = words === '' ? [(WIDTH - size) / 2, 130] : [88, 205];
  // Long words are set smaller: the widest letters of Inter take about 0.6 of their size on average.
  const letters = Math.min(88, Math.floor((WIDTH - 330) / (words.length * 0.56)));
  const text = `<text x="244" y="${265 + letters * 0.35}" font-family="Inter" font-weight="600" font-size="${letters}" letter-spacing="-2" fill="#171a1f">${escapeHtml(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><rect width="${WIDTH}" height="${HEIGHT}" fill="#fdfdfc"/>${tinted ? `<rect width="${WIDTH}" height="${HEIGHT}" fill="${COLOURS[mark]}" opacity="0.09"/>` : ''}<svg x="${x}" y="${y}" width="${size}" height="${size}" viewBox="0 0 16 16">${markDrawn(mark)}</svg>${words === '' ? '' : text}${bar(mark)}</svg>`;
}

/** An uptime bar that ends with the present. Its edges lie on pixels, so that they need no colours in between. */
function bar(mark: ComponentStatus): string {
  const cells = Array.from({ length: CELLS }, (_, index) => {
    const fill = index === CELLS - 1 && mark !== 'operational' ? COLOURS[mark] : PALE;
    return `<rect x="${89 + index * 23}" y="450" width="17" height="84" fill="${fill}"/>`;
  });
  return cells.join('');
}
