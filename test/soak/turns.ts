/** What the clock does to windows, counted beside the server (contract, sections 5 and 7), and the wait for its turns. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Store } from '../../db/transaction.ts';
import { dayInZone } from './days.ts';
import { add } from './told.ts';
import { fault, MINUTE, type Page, type Window, type World } from './world.ts';

const QUIET_WITHIN_MS = 180_000;

function isPending({ status }: Window): boolean {
  return status === 'scheduled' || status === 'in_progress' || status === 'verifying';
}

/** When something happens to a window by itself, after `now`; infinity when nothing does. */
export function nextTurn(window: Window, now: number): number {
  if (!isPending(window)) return Number.POSITIVE_INFINITY;
  const { startsAt, endsAt, remindMinutes } = window;
  const reminder = remindMinutes === null || window.reminded ? 0 : startsAt - remindMinutes * MINUTE;
  const moments = [reminder, window.autoStart ? startsAt : 0, endsAt].filter((at) => at > now);
  return Math.min(...moments, Number.POSITIVE_INFINITY);
}

/** Brings the account of a window up to `now`, as one turn of the clock: what was missed together is told once. */
function turnWindow(world: World, page: Page, window: Window, now: number): void {
  if (!isPending(window)) return;
  let news = false;
  if (window.status === 'scheduled' && window.autoStart && window.startsAt <= now) {
    Object.assign(window, { status: 'in_progress', startedAt: window.startsAt });
    news = true;
  }
  if (window.endsAt <= now && window.autoComplete) {
    const completedAt = Math.max(window.endsAt, window.startedAt ?? window.endsAt);
    Object.assign(window, { status: 'completed', completedAt, overrunning: false });
    news = true;
  } else if (window.endsAt <= now && window.status !== 'scheduled') window.overrunning = true;
  const tell = () => world.told.event(world.subscribers, page, window.mark, window.components);
  if (news && window.notify) tell();
  const reminds = window.remindMinutes !== null && !window.reminded && window.notify;
  if (!reminds || window.status !== 'scheduled' || window.startsAt <= now) return;
  if (window.startsAt - window.remindMinutes! * MINUTE > now) return;
  window.reminded = true;
  tell();
}

/** Counts what the server's clock has to do at this moment. */
export function turnAll(world: World): void {
  const now = world.clock.now();
  for (const page of world.pages) for (const window of page.windows) turnWindow(world, page, window, now);
}

async function waiting(world: World, store: Store, dataDir: string): Promise<string[]> {
  const now = world.clock.now();
  const [row] = await store.read.all<Record<string, number>>(sql`select
    (select count(*) from maintenance_windows where status = 'scheduled' and auto_start = 1 and starts_at <= ${now}) as starts,
    (select count(*) from maintenance_windows where ends_at <= ${now} and status in ('scheduled', 'in_progress', 'verifying')
      and (auto_complete = 1 or (status <> 'scheduled' and overrunning = 0))) as ends,
    (select count(*) from maintenance_windows where status = 'scheduled' and remind_before_minutes is not null
      and reminded_at is null and notify = 1 and starts_at > ${now}
      and starts_at - remind_before_minutes * ${MINUTE} <= ${now}) as reminders,
    (select count(*) from pages where revision > published_revision) as revisions,
    (select count(*) from outbox where fanned_out_at is null) as events,
    (select count(*) from deliveries where state = 'pending' and next_attempt_at <= ${now}) as deliveries,
    (select count(*) from letters where state = 'pending' and next_attempt_at <= ${now}) as letters`);
  const left = Object.entries(row!).flatMap(([what, n]) => (n > 0 ? [`${n} ${what}`] : []));
  const pages = await store.read.all<{
    slug: string;
    timezone: string;
    openDay: string;
    daysVersion: number;
  }>(sql`select slug, timezone, open_day as "openDay", days_version as "daysVersion" from pages`);
  for (const { slug, timezone, openDay, daysVersion } of pages) {
    if (openDay !== dayInZone(now, timezone)) left.push(`the day of ${slug}, open since ${openDay}`);
    if (isMaking(dataDir, slug, daysVersion)) left.push(`the archive of ${slug}`);
  }
  return left;
}

/** What the publisher has still to make when there is time, as it keeps that beside its snapshots. */
function isMaking(dataDir: string, slug: string, daysVersion: number): boolean {
  const kept = <T>(what: string): T | null => {
    try {
      return JSON.parse(readFileSync(`${dataDir}/published/${slug}.${what}`, 'utf8')) as T;
    } catch {
      return null;
    }
  };
  const reports = kept<{ pending: string[]; daysVersion: number }>('uptime');
  if (!reports || reports.pending.length > 0 || reports.daysVersion !== daysVersion) return true;
  return (kept<{ position: unknown }>('archive')?.position ?? null) !== null;
}

/** Waits until the server has done all that is due at this moment. Notes a fault when that does not come. */
export async function quiet(world: World, store: Store): Promise<void> {
  const end = performance.now() + QUIET_WITHIN_MS;
  let calm = 0;
  for (;;) {
    const left = await waiting(world, store, world.daymark.dataDir);
    calm = left.length === 0 ? calm + 1 : 0;
    if (calm === 2) break;
    if (performance.now() > end) {
      fault(world, `it did not come to rest: ${left.join(', ')}`);
      add(world.done, 'unrest');
      break;
    }
    await pause(40);
  }
  turnAll(world);
}
