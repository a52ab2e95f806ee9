import type { ComponentStatus, Impact } from '../../domain/status.ts';
import { escapeHtml } from '../../text/escape-html.ts';

/** The shapes of the daymarks, in a square of 16 units: each reads without colour. */
const SHAPES: Record<ComponentStatus, string> = {
  operational: '<circle cx="8" cy="8" r="5.5"/>',
  under_maintenance: '<circle class="ring" cx="8" cy="8" r="4.5"/>',
  degraded_performance: '<path d="M8 2.2l6.4 11.2H1.6z"/>',
  partial_outage: '<path d="M8 1.4L14.6 8 8 14.6 1.4 8z"/>',
  major_outage:
    '<path d="M5.4 1.7h5.2l3.7 3.7v5.2l-3.7 3.7H5.4l-3.7-3.7V5.4z"/><path class="cross" d="M5.8 5.8l4.4 4.4m0-4.4l-4.4 4.4"/>',
};

/** The colours of the marks on light paper. */
export const COLOURS: Record<ComponentStatus, string> = {
  operational: '#1d8a5c',
  under_maintenance: '#3a6fd0',
  degraded_performance: '#c58a06',
  partial_outage: '#d9661a',
  major_outage: '#bf2d3a',
};

/** The mark of a status, coloured by the nearest `data-status`. Without a label it is hidden from screen readers. */
export function markHtml(status: ComponentStatus, label?: string): string {
  const told = label === undefined ? 'aria-hidden="true"' : `role="img" aria-label="${escapeHtml(label)}"`;
  return `<svg class="mark" data-status="${status}" viewBox="0 0 16 16" ${told}>${SHAPES[status]}</svg>`;
}

/** All marks as symbols, to be referred to by `markUse`: for pages that show hundreds. */
export function markSprite(): string {
  const symbols = Object.entries(SHAPES).map(
    ([status, shape]) => `<symbol id="m-${status}" viewBox="0 0 16 16">${shape}</symbol>`,
  );
  return `<svg class="unseen" aria-hidden="true">${symbols.join('')}</svg>`;
}

/** A mark of the sprite, coloured by the nearest `data-status`. */
export function markUse(status: ComponentStatus): string {
  return `<svg class="mark" aria-hidden="true"><use href="#m-${status}"/></svg>`;
}

/** The mark of an incident (contract, section 7): a triangle up to minor impact, an octagon above. */
export function markOfImpact(impact: Impact): ComponentStatus {
  return impact === 'major' || impact === 'critical' ? 'major_outage' : 'degraded_performance';
}

/** The shape of a status in its colour on light paper, in a square of 16 units, for where no stylesheet reaches. */
export function markDrawn(status: ComponentStatus): string {
  const shape = SHAPES[status]
    .replace('class="ring"', `fill="none" stroke="${COLOURS[status]}" stroke-width="2.6"`)
    .replace('class="cross"', 'stroke="#fff" stroke-width="1.7" stroke-linecap="round"');
  return `<g fill="${COLOURS[status]}">${shape}</g>`;
}

/** A `data:` URI of the mark of a status, for the tab of the browser. */
export function markIcon(status: ComponentStatus): string {
  return icon(markDrawn(status));
}

/** A `data:` URI of a page's logo, for files that say nothing of the present state. */
export function logoIcon(initial: string, accent: string, onAccent: string): string {
  const font = 'font-family="system-ui,sans-serif" font-weight="700" font-size="9" text-anchor="middle"';
  const letter = `<text x="8" y="11.2" fill="${onAccent}" ${font}>${escapeHtml(initial)}</text>`;
  return icon(`<rect width="16" height="16" rx="4" fill="${accent}"/>${letter}`);
}

function icon(content: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${content}</svg>`;
  // Quotes and spaces may stand in a data: URI; what would end or change it may not.
  return `data:image/svg+xml,${svg.replaceAll('"', "'").replaceAll(/[%#<>&?]|[^ -~]/gu, encodeURIComponent)}`;
}
