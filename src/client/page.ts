/**
 * The script of every page, inlined in its head: what it changes is changed before it is first seen, so that nothing
 * shifts. A page is complete without it.
 */
import { prepareBars, tellBars } from './bars.ts';
import { keepCurrent, tellAge } from './live.ts';
import { prepareRegions } from './regions.ts';
import { localizeTimes } from './times.ts';

/** Ages are told by the minute. */
const TICK_MS = 15_000;

const reading = new MutationObserver(() => localizeTimes(document, false));
reading.observe(document, { childList: true, subtree: true });

document.addEventListener('DOMContentLoaded', () => {
  reading.disconnect();
  localizeTimes(document);
  prepareBars(document);
  prepareRegions();
  tellBars();
  keepCurrent();
  setInterval(() => {
    localizeTimes(document);
    tellAge();
  }, TICK_MS);
});
