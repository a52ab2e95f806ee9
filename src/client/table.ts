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
  const { day, state, allDays, noTrouble } = words();
  const name = svg.parentElement?.querySelector('.name')?.textContent ?? '';
  const table = make('table', { className: 'trouble' });
  table.dataset.kept = '';
  table.createCaption().textContent =
    days.length === 0 ? noTrouble : fill(words().pair, { name, value: allDays });
  if (days.length === 0) return table;
  const titles = [day, state].map((title) => make('th', { scope: 'col', textContent: title }));
  table
    .createTHead()
    .insertRow()
    .append(...titles);
  const body = table.createTBody();
  for (const { index } of days.toReversed()) {
    const { date, lines, events } = storyOf(svg, index);
    const row = body.insertRow();
    row.append(make('th', { scope: 'row', textContent: date }));
    const cell = row.insertCell();
    cell.textContent = lines.map(({ text }) => text).join(words().comma);
    cell.append(...events.map(linkTo));
  }
  return table;
}
