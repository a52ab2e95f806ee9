/**
 * Keeps an open page current. What holds here:
 *
 * 1. The page is asked for only when `revision.json` speaks of something new, and shown only when it is newer.
 * 2. A page of another template brings another script and other styles: the window loads it anew, once nobody looks.
 * 3. When the server can't be reached the page says so, and what it knew last.
 */
import { now } from './clock.ts';
import { warn } from './regions.ts';
import { replacePage } from './replace.ts';
import { moments, relative } from './times.ts';
import { fill, words } from './words.ts';

const FIRST_MS = 5_000;
const TROUBLE_MS = 10_000;
const QUIET_MS = 30_000;
const HIDDEN_MS = 60_000;
const LONGEST_MS = 600_000;
const ANSWER_MS = 30_000;
/** A failure may be a tunnel: two in a row are told. */
const TOLD_AFTER = 2;
const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;
const IDLE_MS = 60_000;
/** A cache in between may hold the old page for a while; then it waits for the next revision. */
const TRIES = 6;
const RELOADED = 'daymark-template';

interface Mark {
  revision: number;
  published_at: string;
}

const page = document.documentElement.dataset;
/** The last mark whose page was shown. */
let seen: Mark = { revision: Number(page.revision), published_at: '' };
let tries = 0;
let pause = 0;
let failures = 0;
let knownAt = 0;
let touchedAt = 0;
let reloadFor: string | null = null;
let timer = 0;
let asking = false;

/** Begins to look for newer states. On pages that hold none, and in a copy read from a disk, there is nothing to look for. */
export function keepCurrent(): void {
  if (!page.revision || !location.protocol.startsWith('http')) return;
  knownAt = touchedAt = now();
  for (const type of ['pointerdown', 'keydown', 'wheel'])
    addEventListener(type, () => (touchedAt = now()), { passive: true });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) reloadIfIdle();
    else ask();
  });
  addEventListener('online', ask);
  addEventListener('pageshow', (event) => event.persisted && ask());
  wait(FIRST_MS);
}

function wait(ms: number): void {
  clearTimeout(timer);
  // Not all visitors of an outage at the same moment.
  timer = window.setTimeout(ask, ms * (0.9 + Math.random() / 5));
}

function ask(): void {
  if (asking) return;
  asking = true;
  look()
    .then(
      () => {
        failures = 0;
        knownAt = now();
        warn('');
      },
      () => {
        failures++;
        tellAge();
      },
    )
    .finally(() => {
      asking = false;
      wait(nextPause());
    });
}

function nextPause(): number {
  if (failures > 0) return Math.min(RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
  pause = document.hidden ? Math.min(Math.max(pause * 2, HIDDEN_MS), LONGEST_MS) : 0;
  if (pause > 0) return pause;
  return document.querySelector('.headline[data-status=operational]') ? QUIET_MS : TROUBLE_MS;
}

/** Says what was known last, for as long as nothing newer can be had. */
export function tellAge(): void {
  reloadIfIdle();
  if (failures < TOLD_AFTER) return;
  const age = relative(now() - knownAt);
  warn(fill(words().unreachable, { time: moments.moment(knownAt, now()), age }));
}

async function get(path: string): Promise<Response> {
  const answer = await fetch(new URL(path, document.baseURI), {
    cache: 'no-cache',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

async function look(): Promise<void> {
  const mark = (await (await get(`${page.root}revision.json`)).json()) as Mark;
  if (mark.revision === seen.revision) seen.published_at ||= mark.published_at;
  // Files are also made again without a change: a day or an hour has passed.
  const isNews =
    mark.revision > seen.revision ||
    (mark.revision === seen.revision && mark.published_at > seen.published_at);
  if (!isNews) return;
  const next = new DOMParser().parseFromString(await (await get('')).text(), 'text/html');
  const { template } = next.documentElement.dataset;
  const revision = Number(next.documentElement.dataset.revision);
  const isOlder = !(revision >= Number(page.revision));
  if (!isOlder && template === page.template) replacePage(next);
  else if (!isOlder) {
    reloadFor = template ?? '';
    reloadIfIdle();
  }
  const hasCaughtUp = revision >= mark.revision || ++tries >= TRIES;
  if (!hasCaughtUp) return;
  tries = 0;
  seen = mark;
}

/** Once for a template: a cache that answers with the old page must not make the window load it for ever. */
function reloadIfIdle(): void {
  if (reloadFor === null || !(document.hidden || now() - touchedAt > IDLE_MS)) return;
  try {
    if (sessionStorage.getItem(RELOADED) === reloadFor) return;
    sessionStorage.setItem(RELOADED, reloadFor);
  } catch {
    return;
  }
  location.reload();
}
