/** What has to hold at each hour, asked for where readers, receivers and teams see it. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Store } from '../../db/transaction.ts';
import { brokenChains, recount, type Shown, stored } from '../fixtures/recount.ts';
import { dayInZone, ODD_DAYS } from './days.ts';
import { add, differences } from './told.ts';
import { fault, type Page, type World } from './world.ts';

const STATUSES = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
] as const;
/** Files that follow when there is time. */
const FOLLOWS_WITHIN_MS = 120_000;
const MARK = /\[s\d+\]/;

export interface Judged {
  hours: number;
  componentDays: number;
  oddDays: Set<string>;
  windows: number;
}

interface Uptime {
  components: { id: string; days: { date: string; seconds: Record<string, number> }[] }[];
}

/** A page, asked for by readers and by its team, against a recount. */
export async function judgePage(world: World, store: Store, page: Page, judged: Judged): Promise<void> {
  const now = world.clock.now();
  const told = await recount(store, page.id, now);
  const written = await stored(store, page.id, told);
  if (JSON.stringify(told) !== JSON.stringify(written))
    fault(world, `${page.slug} is not what its facts say: ${where(told, written)}`);
  for (const broken of await brokenChains(store, page.id))
    fault(world, `${page.slug} has a broken chain: ${broken}`);
  await follows(world, async () => publicFaults(world, store, page, told, now, judged));
  for (const text of await windowFaults(world, page, judged)) fault(world, text);
}

function where(a: Shown, b: Shown): string {
  for (const kind of ['moments', 'days'] as const)
    for (const id of Object.keys(a[kind]))
      if (JSON.stringify(a[kind][id]) !== JSON.stringify(b[kind][id]))
        return `${kind} of ${id}: ${JSON.stringify(a[kind][id])} in place of ${JSON.stringify(b[kind][id])}`.slice(
          0,
          600,
        );
  return 'another component';
}

/** Asks again until nothing is wrong, as long as files may follow. */
async function follows(world: World, ask: () => Promise<string[]>): Promise<void> {
  let found = await ask();
  for (const end = performance.now() + FOLLOWS_WITHIN_MS; found.length > 0 && performance.now() < end; ) {
    await pause(100);
    found = await ask();
  }
  for (const text of found) fault(world, text);
}

async function publicFaults(
  world: World,
  store: Store,
  page: Page,
  told: Shown,
  now: number,
  judged: Judged,
): Promise<string[]> {
  const read = async <T>(path: string) =>
    (await world.daymark.api('GET', `/p/${page.slug}/api/v1/${path}`, undefined, { authorization: '' }))
      .body as T;
  const found: string[] = [];
  const components = await read<{ id: string; status: string }[]>('components');
  if (
    components
      .map(({ id }) => id)
      .toSorted()
      .join() !== page.components.toSorted().join()
  )
    return [`${page.slug} lists other components`];
  for (const { id, status } of components)
    if (status !== told.moments[id]?.[now])
      found.push(`${page.slug} shows ${id} as ${status} in place of ${told.moments[id]?.[now]}`);
  const status = await read<{ active_incidents: number; scheduled_maintenance: number }>('status');
  const open = page.incidents.filter((one) => one.open).length;
  if (status.active_incidents !== open)
    found.push(`${page.slug} counts ${status.active_incidents} incidents in place of ${open}`);
  const running = page.windows.filter(
    (one) => one.status === 'in_progress' || one.status === 'verifying',
  ).length;
  if (status.scheduled_maintenance !== running)
    found.push(`${page.slug} counts ${status.scheduled_maintenance} windows in place of ${running}`);
  const since = new Map(
    (
      await store.read.all<{ id: string; since: number }>(
        sql`select id, since from components where page_id = ${page.id}`,
      )
    ).map((row) => [row.id, row.since]),
  );
  const today = dayInZone(now, page.zone);
  let days = 0;
  for (const { id, days: all } of (await read<Uptime>('uptime')).components) {
    const first = dayInZone(since.get(id) ?? now, page.zone);
    if (all.at(-1)?.date !== today)
      found.push(`the last day of ${page.slug} is ${all.at(-1)?.date} in place of ${today}`);
    for (const { date, seconds } of all) {
      if (date <= first || date >= today) continue;
      days++;
      const odd = ODD_DAYS[`${page.zone} ${date}`];
      if (odd) judged.oddDays.add(`${page.zone} ${date}: ${odd} h`);
      const wrong = wrongDay(seconds, told.days[id]?.[date], (odd ?? 24) * 3_600);
      if (wrong) found.push(`${page.slug}, ${id}, ${date}: ${wrong}`);
    }
  }
  if (found.length === 0) judged.componentDays = Math.max(judged.componentDays, 0) + days;
  return found;
}

/** @param shown what a recount makes of it, in milliseconds; undefined of a day on which all was well */
function wrongDay(
  seconds: Record<string, number>,
  shown: Record<string, number> | undefined,
  length: number,
): string | null {
  const sum = Object.values(seconds).reduce((all, one) => all + one, 0);
  if (sum !== length) return `${sum} s in place of ${length} s`;
  for (const status of STATUSES) {
    const wanted = shown ? shown[status]! / 1000 : status === 'operational' ? length : 0;
    if (Math.abs((seconds[status] ?? 0) - wanted) > 1)
      return `${status} ${seconds[status] ?? 0} s in place of ${wanted} s`;
  }
  return null;
}

interface WindowAnswer {
  id: string;
  status: string;
  started_at: string | null;
  completed_at: string | null;
  overrunning: boolean;
}

/** Windows began and ended at their moment, whenever that was noticed. */
async function windowFaults({ daymark }: World, page: Page, judged: Judged): Promise<string[]> {
  const answer = await daymark.api('GET', `/api/v1/pages/${page.id}/maintenance?per_page=500`);
  const told = new Map((answer.body as WindowAnswer[]).map((one) => [one.id, one]));
  judged.windows += page.windows.length;
  const text = (status: string, startedAt: number | null, completedAt: number | null, over: boolean) =>
    JSON.stringify([status, startedAt, completedAt, over]);
  const at = (time: string | null) => (time === null ? null : Date.parse(time));
  if (told.size !== page.windows.length)
    return [`${page.slug} has ${told.size} windows in place of ${page.windows.length}`];
  return page.windows.flatMap((one) => {
    const seen = told.get(one.id);
    const wanted = text(one.status, one.startedAt, one.completedAt, one.overrunning);
    const got = seen
      ? text(seen.status, at(seen.started_at), at(seen.completed_at), seen.overrunning)
      : 'nothing';
    return got === wanted ? [] : [`window ${one.mark} of ${page.slug} is ${got} in place of ${wanted}`];
  });
}

/** Mails and calls against the account. @param atEnd when all that is tried again has been */
export function judgeMessages(world: World, atEnd: boolean): void {
  const { sink, told, receivers } = world;
  const mails = new Map<string, number>();
  for (const { mail, to } of sink.taken) {
    const mark = MARK.exec(mail.subject ?? '')?.[0];
    if (mark) add(mails, `${mark} ${to[0]}`);
  }
  const isSteady = (key: string) => key.includes(' well');
  for (const text of differences(told.mails, mails, (key, wanted, got) =>
    isSteady(key) ? got !== wanted : got > wanted,
  ))
    fault(world, `mails ${text}`);
  const here = new Set(told.hooks.filter(({ page }) => world.pages.includes(page)).map(({ path }) => path));
  const settled = (key: string) =>
    key.includes(' /well') || (atEnd && key.includes(' /shaky') && here.has(key.split(' ')[1]!));
  for (const text of differences(told.calls, receivers.taken, (key, wanted, got) =>
    key.includes(' /dead') ? false : settled(key) ? got !== wanted : got > wanted,
  ))
    fault(world, `calls ${text}`);
}

/** Old addresses lead on, those of pages that are gone lead nowhere. */
export async function judgeAddresses(world: World): Promise<void> {
  const ask = async (slug: string) =>
    (await world.daymark.api('GET', `/p/${slug}/`, undefined, { authorization: '' })).status;
  for (const page of world.pages) {
    if ((await ask(page.slug)) !== 200) fault(world, `/p/${page.slug}/ does not answer`);
    for (const slug of page.left) if ((await ask(slug)) !== 301) fault(world, `/p/${slug}/ does not lead on`);
  }
  for (const slug of world.gone) if ((await ask(slug)) !== 404) fault(world, `/p/${slug}/ is still there`);
}

/** What opened for an hour opens no longer. */
export async function judgeKeys(world: World): Promise<void> {
  const { daymark, clock, keys } = world;
  for (const { key, expiresAt } of keys) {
    const { status } = await daymark.api('GET', '/api/v1/pages', undefined, {
      authorization: `Bearer ${key}`,
    });
    const wanted = expiresAt > clock.now() ? 200 : 401;
    if (status !== wanted) fault(world, `a key is answered ${status} in place of ${wanted}`);
  }
}
