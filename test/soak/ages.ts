/** Rows that have come of age and should be gone, and rows that belong to nothing any more. */
import { sql } from 'drizzle-orm';
import type { Store } from '../../db/transaction.ts';
import { until } from '../server/first-page.ts';
import { DAY, fault, HOUR, type World } from './world.ts';

/** Sweeps come once an hour. */
const SWEPT_WITHIN_MS = HOUR + 60_000;
/** Of real time. */
const PATIENCE_MS = 120_000;

/**
 * Waits until all that has come of age is gone: a sweep follows a leap of the clock when the server gets to it.
 *
 * @param restarted as below
 */
export async function judgeAges(world: World, store: Store, restarted: boolean): Promise<void> {
  const left = () => overdueRows(store, world.clock.now(), restarted);
  await until(async () => (await left()).length === 0, 'old rows are gone', PATIENCE_MS).catch(async () => {
    for (const text of await left()) fault(world, text);
  });
}

/** @param restarted what is cleared away at a start, or each hour that the process has lived, should be gone too */
async function overdueRows(store: Store, now: number, restarted: boolean): Promise<string[]> {
  const before = (ms: number) => now - ms - SWEPT_WITHIN_MS;
  const idBefore = (ms: number) => {
    const hex = before(ms).toString(16).padStart(12, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8)}`;
  };
  const checks = {
    'answers to repeated requests': sql`select count(*) as n from idempotent_answers where created_at < ${before(DAY)}`,
    'sign-ups': sql`select count(*) as n from sign_ups where created_at < ${before(DAY)}`,
    'hits of limits': sql`select count(*) as n from limit_hits where at < ${before(DAY)}`,
    sessions: sql`select count(*) as n from sessions where expires_at < ${before(0)}`,
    'tokens of accounts': sql`select count(*) as n from account_tokens where expires_at < ${before(0)}`,
    'slugs that rest for nobody': sql`select count(*) as n from resting_slugs where page_id is null and until < ${before(0)}`,
    'fan-outs that are over': sql`select count(*) as n from fan_outs f join outbox o on o.id = f.event_id where o.fanned_out_at is not null`,
    'claims of incidents that are resolved': sql`select count(*) as n from claims c join incidents i on i.id = c.incident_id where i.status = 'resolved'`,
    'days of components that are gone': sql`select count(*) as n from component_days where component_id not in (select id from components)`,
    'changes of components that are gone': sql`select count(*) as n from shown_changes where component_id not in (select id from components)`,
    'choices of readers who are gone': sql`select count(*) as n from subscriber_components where subscriber_id not in (select id from subscribers)`,
    'messages of pages that are gone': sql`select count(*) as n from deliveries where page_id not in (select id from pages)`,
    'texts of letters that are out': sql`select count(*) as n from letters where state <> 'pending' and sealed <> ''`,
    'components of updates that are gone': sql`select count(*) as n from update_components where update_id not in (select id from incident_updates)`,
    ...(restarted
      ? {
          'letters older than a month': sql`select count(*) as n from letters where state <> 'pending' and id < ${idBefore(30 * DAY)}`,
          'events older than 90 days': sql`select count(*) as n from outbox where id < ${idBefore(90 * DAY)}`,
          'deliveries older than 90 days': sql`select count(*) as n from deliveries where id < ${idBefore(90 * DAY)}`,
        }
      : {}),
  };
  const found: string[] = [];
  for (const [what, query] of Object.entries(checks)) {
    const [row] = await store.read.all<{ n: number }>(query);
    if (row!.n > 0) found.push(`${row!.n} ${what} are left`);
  }
  return found;
}
