import type { ComponentStatus } from '../../domain/status.ts';
import type { PageSnapshot } from '../../snapshot/schema.ts';
import { dictionaryFor } from '../../text/dictionary.ts';
import { oneLine, xml } from '../../text/escape.ts';

const HEIGHT = 24;
const FONT_SIZE = 13;
const MARK_LEFT = 7;
const TEXT_LEFT = 29;
const PADDING_RIGHT = 10;

const PAPER = '#fdfdfc';
const INK = '#171a1f';
const HAIRLINE = '#d9d9d5';

/** The daymarks on 16 × 16: each status is known by its shape before its colour. */
const MARKS: Record<ComponentStatus, string> = {
  operational: '<circle cx="8" cy="8" r="5.5" fill="#1d8a5c"/>',
  under_maintenance: '<circle cx="8" cy="8" r="4.5" fill="none" stroke="#3a6fd0" stroke-width="2.6"/>',
  degraded_performance: '<path d="M8 1.9 14.5 13.5H1.5Z" fill="#c58a06"/>',
  partial_outage: '<path d="M8 1.4 14.6 8 8 14.6 1.4 8Z" fill="#d9661a"/>',
  major_outage:
    '<path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3L1.5 10.7V5.3Z" fill="#bf2d3a"/>' +
    '<path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/>',
};

/** GET `/badge.svg`: the daymark of the headline and its words (contract, section 7); its title names the page. */
export function badgeSvg(snapshot: PageSnapshot): string {
  const { headline, page } = snapshot;
  const dictionary = dictionaryFor(page.language);
  const words = dictionary.headline[headline.kind];
  const title = xml(oneLine(dictionary.pair(page.name, words)));
  const textWidth = widthOf(words);
  const width = TEXT_LEFT + textWidth + PADDING_RIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${title}" xml:lang="${xml(dictionary.language)}">
<title>${title}</title>
<rect x=".5" y=".5" width="${width - 1}" height="${HEIGHT - 1}" rx="7.5" fill="${PAPER}" stroke="${HAIRLINE}"/>
<g transform="translate(${MARK_LEFT} 4)">${MARKS[headline.mark]}</g>
<text x="${TEXT_LEFT + textWidth / 2}" y="16.5" text-anchor="middle" textLength="${textWidth}" lengthAdjust="spacingAndGlyphs" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" font-size="${FONT_SIZE}" font-weight="600" fill="${INK}">${xml(words)}</text>
</svg>
`;
}

/** About how wide a text is, in pixels: no fonts are at hand, and `textLength` evens out the rest. */
function widthOf(text: string): number {
  let ems = 0;
  for (const character of text) {
    if (/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character)) ems += 1;
    else if (/[iIjl.,:;'|! ]/.test(character)) ems += 0.28;
    else if (/[frt()-]/.test(character)) ems += 0.38;
    else if (/[mwMW]/.test(character)) ems += 0.88;
    else ems += /\p{Lu}/u.test(character) ? 0.68 : 0.57;
  }
  return Math.ceil(ems * FONT_SIZE);
}
