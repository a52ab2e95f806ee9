/**
 * Uptime bars that tell the story of a day: under the mouse, under a finger, and by keyboard. A bar is one stop; left and
 * right go from day to day, up and down from one day with trouble to the next, Enter opens a table of those.
 */
import { type Bar, barOf, storyOf } from './bar-days.ts';
import { closeStory, openStory, type Shown, storyHolds } from './story.ts';
import { showsTable, toggleTable } from './table.ts';

const BAR = 'svg.bar';
/** The way from a bar into its story. */
const GRACE_MS = 250;

let shown: Shown | null = null;
let leaving = 0;

/** Makes the bars of a document ready for keyboard and screen reader. What it sets survives a replacement of the page. */
export function prepareBars(root: ParentNode): void {
  for (const svg of root.querySelectorAll<SVGSVGElement>(BAR)) {
    const count = String(barOf(svg).count);
    Object.assign(svg, {
      tabIndex: 0,
      role: 'slider',
      ariaValueMin: '1',
      ariaValueMax: count,
      ariaValueNow: count,
      ariaValueText: svg.ariaLabel,
      ariaLabel: svg.closest('li')?.querySelector('.name')?.textContent ?? '',
    });
  }
}

/** Listens, for all bars at once. */
export function tellBars(): void {
  document.addEventListener('pointermove', (event) => {
    const svg = barUnder(event.target);
    if (svg && (event.pointerType === 'mouse' || event.buttons > 0)) show(svg, dayAt(svg, event.clientX));
    else if (event.pointerType === 'mouse') leave(event.target);
  });
  document.addEventListener('pointerdown', (event) => {
    const svg = barUnder(event.target);
    if (svg) {
      const day = dayAt(svg, event.clientX);
      svg.focus({ preventScroll: true });
      show(svg, day);
      // The browser would move the focus to what can be selected.
      event.preventDefault();
    } else if (!storyHolds(event.target)) close();
  });
  document.addEventListener('focusin', ({ target }) => {
    const svg = barUnder(target);
    if (svg && shown?.svg !== svg) show(svg, Number(svg.ariaValueNow) - 1);
    else if (!svg && !storyHolds(target)) close();
  });
  document.addEventListener('keydown', onKey);
}

/** Tells again what was told, after the page under it was replaced. */
export function retellBars(): void {
  if (shown && !shown.svg.isConnected) close();
  if (shown) show(shown.svg, shown.day);
}

function onKey(event: KeyboardEvent): void {
  if (event.key === 'Escape') close();
  const svg = barUnder(event.target);
  if (!svg || event.altKey || event.ctrlKey || event.metaKey) return;
  const bar = barOf(svg);
  const day = shown?.svg === svg ? shown.day : bar.count - 1;
  if (event.key === 'Enter' || event.key === ' ') {
    toggleTable(svg);
    show(svg, day);
  } else {
    const to = dayAfter(event.key, day, bar);
    if (to === undefined) return;
    show(svg, Math.min(Math.max(to, 0), bar.count - 1));
  }
  event.preventDefault();
}

function dayAfter(key: string, day: number, bar: Bar): number | undefined {
  const forward = isMirrored() ? -1 : 1;
  const bad = bar.days.map(({ index }) => index);
  const days: Record<string, number> = {
    ArrowRight: day + forward,
    ArrowLeft: day - forward,
    ArrowUp: bad.find((index) => index > day) ?? day,
    ArrowDown: bad.findLast((index) => index < day) ?? day,
    Home: 0,
    End: bar.count - 1,
  };
  return days[key];
}

function show(svg: SVGSVGElement, day: number): void {
  clearTimeout(leaving);
  const story = storyOf(svg, day);
  svg.ariaValueNow = String(day + 1);
  svg.ariaValueText = story.text;
  shown = { svg, day };
  openStory(shown, story, showsTable(svg), () => {
    toggleTable(svg);
    retellBars();
  });
}

function close(): void {
  clearTimeout(leaving);
  shown = null;
  closeStory();
}

/** The mouse may cross a gap on its way into the story; where the focus is, the story stays. */
function leave(target: EventTarget | null): void {
  clearTimeout(leaving);
  if (!shown || storyHolds(target) || shown.svg.matches(':focus')) return;
  leaving = window.setTimeout(() => !storyHolds(document.activeElement) && close(), GRACE_MS);
}

function barUnder(target: EventTarget | null): SVGSVGElement | null {
  return target instanceof Element ? target.closest<SVGSVGElement>(BAR) : null;
}

function dayAt(svg: SVGSVGElement, x: number): number {
  const { left, right, width } = svg.getBoundingClientRect();
  const { count } = barOf(svg);
  const share = (isMirrored() ? right - x : x - left) / width;
  return Math.min(Math.max(Math.floor(share * count), 0), count - 1);
}

function isMirrored(): boolean {
  return document.documentElement.dir === 'rtl';
}
