/**
 * The story of a day, in one box that moves along the bars. A bar is one stop of the keyboard, so what the box holds is for
 * mouse and finger; the table holds the same.
 */
import { linkTo, type Story } from './bar-days.ts';
import { make } from './make.ts';
import { words } from './words.ts';

export interface Shown {
  svg: SVGSVGElement;
  day: number;
}

const box = make('div', { className: 'story' });
const cursor = document.createElementNS('http://www.w3.org/2000/svg', 'path');
cursor.setAttribute('class', 'cursor');
box.dataset.kept = cursor.dataset.kept = '';

/** Shows a story at its day. */
export function openStory({ svg, day }: Shown, story: Story, hasTable: boolean, onTable: () => void): void {
  const pressed = box.contains(document.activeElement);
  box.replaceChildren(
    make('b', {}, story.date),
    ...story.lines.map(({ status, text }) => {
      const line = make('p', {}, text);
      if (status) line.dataset.status = status;
      return line;
    }),
    ...story.events.map((event) => Object.assign(linkTo(event), { tabIndex: -1 })),
    make(
      'button',
      { type: 'button', tabIndex: -1, ariaExpanded: String(hasTable), onclick: onTable },
      hasTable ? words().close : words().allDays,
    ),
  );
  if (svg.nextElementSibling !== box) svg.after(box);
  if (pressed) box.querySelector('button')?.focus({ preventScroll: true });
  point(svg, day);
  place(svg);
}

export function closeStory(): void {
  box.remove();
  cursor.remove();
}

export function storyHolds(target: EventTarget | null): boolean {
  return target instanceof Node && box.contains(target);
}

/** A line around the cell. */
function point(svg: SVGSVGElement, day: number): void {
  const height = svg.viewBox.baseVal.height;
  cursor.setAttribute('d', `M${day * 4 - 0.5} 0h4v${height}h-4z`);
  if (cursor.parentNode !== svg) svg.append(cursor);
}

/** Above the bar, or below where there is no room, and within the window. */
function place(svg: SVGSVGElement): void {
  const bar = svg.getBoundingClientRect();
  const cell = cursor.getBoundingClientRect();
  const around = svg.parentElement!.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const middle = cell.left + cell.width / 2;
  const left = Math.min(Math.max(middle - width / 2, 8), document.documentElement.clientWidth - width - 8);
  const above = bar.top - height - 6;
  box.style.left = `${left - around.left}px`;
  box.style.top = `${(above > 4 ? above : bar.bottom + 6) - around.top}px`;
}
