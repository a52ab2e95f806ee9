/** All days with trouble of one component, as a table below its bar. */
import { barOf, linkTo, storyOf } from './bar-days.ts';
import { make } from './make.ts';
import { fill, words } from './words.ts';

/** Opens the table of a bar, or closes it. */
export function toggleTable(svg: SVGSVGElement): void {
  const open = tableOf(svg);
  if (open) open.remove();
  else svg.parentElement?.append(makeTable(svg));
}

export function showsTable(svg: SVGSVGElement): boolean {
  return tableOf(svg) !== null;
}

/** Makes open tables anew, after the bars above them were replaced. */
export function renewTables(): void {
  for (const table of document.querySelectorAll('table.trouble')) {
    const svg = table.parentElement?.querySelector<SVGSVGElement>('svg.bar');
    if (svg) table.replaceWith(makeTable(svg));
  }
}

function tableOf(svg: SVGSVGElement): Element | null {
  return svg.parentElement?.querySelector('table.trouble') ?? null;
}

function makeTable(svg: SVGSVGElement): HTMLTableElement {
  const { days } = barOf(svg);
  const { day, state, allDays, noTrouble, comma, pair } = words();
  const name = svg.ariaLabel ?? '';
  const hasNone = days.length === 0;
  const caption = make('caption', {}, hasNone ? noTrouble : fill(pair, { name, value: allDays }));
  const table = make('table', { className: 'trouble' }, caption);
  table.dataset.kept = '';
  if (hasNone) return table;
  const titles = [day, state].map((title) => make('th', { scope: 'col' }, title));
  const rows = days.toReversed().map(({ index }) => {
    const { date, lines, events } = storyOf(svg, index);
    const states = lines.map(({ text }) => text).join(comma);
    return make('tr', {}, make('th', { scope: 'row' }, date), make('td', {}, states, ...events.map(linkTo)));
  });
  table.append(make('thead', {}, make('tr', {}, ...titles)), make('tbody', {}, ...rows));
  return table;
}
