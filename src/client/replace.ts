/** Puts a newer state of the page in place of the one that is shown: no reload, no jump, no lost focus. */
import { prepareBars, retellBars } from './bars.ts';
import { morph } from './morph.ts';
import { announce } from './regions.ts';
import { renewTables } from './table.ts';
import { localizeTimes } from './times.ts';
import { fill, words } from './words.ts';

/** The parts of the page that follow its state. */
const PARTS = ['title', 'link[rel=icon]', 'header.top', 'main', 'footer.bottom'];

/** `next` is used up. */
export function replacePage(next: Document): void {
  prepareBars(next);
  localizeTimes(next);
  const told = storyOf(document);
  const [anchor, top] = anchorInView();
  const focused = document.activeElement as HTMLElement | null;
  for (const part of PARTS) {
    const [from, to] = [document.querySelector(part), next.querySelector(part)];
    if (from && to) morph(from, document.adoptNode(to));
  }
  Object.assign(document.documentElement.dataset, next.documentElement.dataset);
  renewTables();
  retellBars();
  keepFocus(focused);
  if (anchor?.isConnected) scrollBy(0, anchor.getBoundingClientRect().top - top);
  const news = storyOf(document).filter((line) => !told.includes(line));
  if (news.length > 0) announce(fill(words().updated, { what: news.join(' ') }));
}

/** What a listener has to hear of when it changes: the headline, and the last word on what is open. */
function storyOf(from: ParentNode): string[] {
  const text = (element: Element | null | undefined) => element?.textContent?.trim() ?? '';
  const events = [...from.querySelectorAll('.event')].map((event) =>
    [event.querySelector('h3'), event.querySelector('.timeline li .text')].map(text).join(': '),
  );
  const detail = from.querySelector('.headline p')?.cloneNode(true) as Element | undefined;
  for (const age of detail?.querySelectorAll('.age') ?? []) age.remove();
  const headline = [from.querySelector('h1'), detail].map(text).filter((part) => part !== '');
  return [headline.join('. '), ...events].filter((line) => line !== '');
}

/** What is read at the moment, and where it stands. At the top of the page nothing has to stay in place. */
function anchorInView(): [Element | null, number] {
  if (scrollY < 1) return [null, 0];
  const across = innerWidth / 2;
  for (let down = 8; down < innerHeight; down += 24) {
    const found = document
      .elementFromPoint(across, down)
      ?.closest('main li, main h1, main h2, main h3, main p');
    if (found) return [found, found.getBoundingClientRect().top];
  }
  return [null, 0];
}

function keepFocus(focused: HTMLElement | null): void {
  if (focused === document.activeElement) return;
  // What had the focus may be no more: then go on from the content, not from the top of the window.
  const to = focused?.isConnected ? focused : document.querySelector('main');
  to?.focus({ preventScroll: true });
}
