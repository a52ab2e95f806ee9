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

let box: HTMLElement | null = null;
let cursor: SVGPathElement | null = null;

/** Shows a story at its day. */
export function openStory({ svg, day }: Shown, story: Story, hasTable: boolean, onTable: () => void): void {
  if (!box) {
    box = make('div', { className: 'story' });
    box.dataset.kept = '';
  }
  const pressed = box.contains(document.activeElement);
  box.replaceChildren(
    make('b', { textContent: story.date }),
    ...story.lines.map(({ status, text }) => {
      const line = make('p', { textContent: text });
      if (status) line.dataset.status = status;
      return line;
    }),
    ...story.events.map((event) => Object.assign(linkTo(event), { tabIndex: -1 })),
    make('button', {
      type: 'button',
      tabIndex: -1,
      textContent: hasTable ? words().close : words().allDays,
      ariaExpanded: String(hasTable),
      onclick: onTable,
    }),
  );
  if (svg.nextElementSibling !== box) svg.after(box);
  if (pressed) box.querySelector('button')?.focus({ preventScroll: true });
  point(svg, day);
  place(svg, day);
}

export function closeStory(): void {
  box?.remove();
  cursor?.remove();
  box = cursor = null;
}

export function storyHolds(target: EventTarget | null): boolean {
  return box !== null && target instanceof Node && box.contains(target);
}

/** A line around the cell. */
function point(svg: SVGSVGElement, day: number): void {
  cursor ??= document.createElementNS('http://www.w3.org/2000/svg', 'path');
  cursor.setAttribute('class', 'cursor');
  cursor.dataset.kept = '';
  const height = svg.viewBox.baseVal.height;
  cursor.setAttribute('d', `M${day * 4 - 0.5} 0h4v${height}h-4z`);
  if (cursor.parentNode !== svg) svg.append(cursor);
}

/** Above the bar, or below where there is no room, and within the window. */
function place(svg: SVGSVGElement, day: number): void {
  const [bar, around] = [svg.getBoundingClientRect(), svg.parentElement!.getBoundingClientRect()];
  const share = (day + 0.5) / ((svg.viewBox.baseVal.width + 1) / 4);
  const x =
    document.documentElement.dir === 'rtl' ? bar.right - share * bar.width : bar.left + share * bar.width;
  const { offsetWidth: width, offsetHeight: height } = box!;
  const left = Math.min(Math.max(x - width / 2, 8), document.documentElement.clientWidth - width - 8);
  const above = bar.top - height - 6;
  box!.style.left = `${left - around.left}px`;
  box!.style.top = `${(above > 4 ? above : bar.bottom + 6) - around.top}px`;
}
