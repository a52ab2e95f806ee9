/** What the soak knows of what it did: kept beside the server, from what it answered and from the contract. */

import type { Random } from '../fixtures/random.ts';
import type { Sink } from '../mail/sink.ts';
import type { Daymark } from '../server/daymark.ts';
import type { Answer } from '../server/http.ts';
import type { DrivenClock } from './clock.ts';
import type { Receivers } from './receivers.ts';
import type { Told } from './told.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The same for each start, whatever port that gets: files hold it. */
export const PUBLIC_URL = 'http://127.0.0.1:4321';

export interface Incident {
  id: string;
  /** Stands in its title, and so in the subject of each of its mails. */
  mark: string;
  /** Ids of components, as the server names them. */
  named: string[];
  open: boolean;
  startedAt: number;
}

export interface Window {
  id: string;
  mark: string;
  status: string;
  startsAt: number;
  endsAt: number;
  startedAt: number | null;
  completedAt: number | null;
  overrunning: boolean;
  autoStart: boolean;
  autoComplete: boolean;
  remindMinutes: number | null;
  reminded: boolean;
  notify: boolean;
  components: string[];
}

export interface Page {
  id: string;
  slug: string;
  zone: string;
  components: string[];
  groups: string[];
  incidents: Incident[];
  windows: Window[];
  /** Slugs that it left, which lead on to it. */
  left: string[];
}

export interface Subscriber {
  email: string;
  page: Page;
  /** Follows the page by a verified address of its own will. */
  active: boolean;
  /** Null: the whole page. */
  follows: string[] | null;
  /** Changes what they get. */
  token: string;
  id: string | null;
}

export interface World {
  daymark: Daymark;
  clock: DrivenClock;
  chance: Random;
  sink: Sink;
  receivers: Receivers;
  told: Told;
  pages: Page[];
  subscribers: Subscriber[];
  /** Slugs of pages that were deleted. */
  gone: string[];
  /** Keys that open something for an hour. */
  keys: { key: string; expiresAt: number }[];
  /** Acts so far, by name. */
  done: Map<string, number>;
  /** What did not hold. */
  faults: string[];
  /** Told of each of them. */
  progress(text: string): void;
  /** Counts everything that needs a name of its own. */
  count: number;
}

export function nextMark(world: World): string {
  return `[s${++world.count}]`;
}

/** A write that has to succeed, waited for until readers see it. */
export async function say(world: World, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await world.daymark.api(method, `/api/v1/${path}`, body, { prefer: 'wait=20' });
  if (answer.status >= 300)
    throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
  return answer;
}

/** A visitor's request, from an address of its own. */
export function visit(
  world: World,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const n = ++world.count;
  const from = { 'x-forwarded-for': `198.18.${Math.floor(n / 250) % 250}.${n % 250}` };
  return world.daymark.api(method, path, body, { authorization: '', ...from, ...headers });
}

export function note(world: World, act: string): void {
  world.done.set(act, (world.done.get(act) ?? 0) + 1);
}

/** Notes a fault once, with the moment. */
export function fault(world: World, text: string): void {
  const line = `${world.clock.iso()} ${text}`;
  if (world.faults.some((known) => known.endsWith(text))) return;
  world.faults.push(line);
  world.progress(line);
}
