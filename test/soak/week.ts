/**
 * A week in an hour: the real built server lives by a clock that leaps from one thing to the next, while a team, readers
 * and receivers do what they do. After each hour of it everything is counted again; after each day it is measured.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type Store } from '../../db/transaction.ts';
import { Random } from '../fixtures/random.ts';
import { startSink } from '../mail/sink.ts';
import { type Daymark, freshDataDir, ORGANIZATION, startDaymark } from '../server/daymark.ts';
import { judgeAges } from './ages.ts';
import { DrivenClock, type Way } from './clock.ts';
import { type Figures, leaks, measure } from './figures.ts';
import { type Judged, judgeAddresses, judgeKeys, judgeMessages, judgePage } from './judge.ts';
import { ADMIN, mailFault, PEOPLE_ACTS } from './people.ts';
import { openReceivers } from './receivers.ts';
import { judgeRender } from './render.ts';
import { createFirstPages, TEAM_ACTS } from './teams.ts';
import { Told } from './told.ts';
import { nextTurn, quiet } from './turns.ts';
import { WINDOW_ACTS } from './windows.ts';
import { DAY, fault, HOUR, note, PUBLIC_URL, type World } from './world.ts';

/** An act is not begun when a window's moment is so near: the leap goes there first. */
const NEAR_MS = 15_000;
const ACTS = Object.entries({ ...TEAM_ACTS, ...WINDOW_ACTS, ...PEOPLE_ACTS });

export interface Plan {
  startsAt: number;
  days: number;
  /** Moments in an hour at which something is done, on average, and how much at most. */
  moments: number;
  acts: number;
  /** Hours between two countings. */
  step: number;
  /** Leaps over whole days that follow, without any act. */
  daysAfter: number;
  /** Days in each of those leaps. */
  leap: number;
  seed: number;
  way?: Way;
  /** Real minutes; what has not come by then is left out, and is a fault. */
  minutes?: number;
  progress?: (text: string) => void;
}

export interface Report {
  way: Way;
  judged: Judged;
  figures: Figures[];
  /** Figures of the leaps that follow. */
  after: Figures[];
  done: ReadonlyMap<string, number>;
  events: number;
  mails: number;
  calls: number;
  files: number;
  faults: string[];
  leaks: string[];
  seconds: number;
}

export async function liveThrough(plan: Plan): Promise<Report> {
  const began = performance.now();
  const dataDir = freshDataDir();
  const clock = new DrivenClock(mkdtempSync(join(dataDir, 'soak-')), plan.startsAt, plan.way);
  const sink = await startSink();
  sink.fault = mailFault;
  const receivers = await openReceivers();
  const env = {
    ...clock.env,
    PUBLIC_URL,
    ...{ SMTP_URL: sink.url, MAIL_FROM: 'status@soak.example', TRUSTED_PROXIES: '127.0.0.1' },
    ...{ WEBHOOKS_ALLOW: '127.0.0.0/8', DNS_SERVERS: '127.0.0.1:9', DAYMARK_ORGANIZATION: ORGANIZATION },
    ...{ DAYMARK_ADMIN_EMAIL: ADMIN.email, DAYMARK_ADMIN_PASSWORD: ADMIN.password },
  };
  let daymark: Daymark = await startDaymark({ dataDir, env });
  const store = openStore({ url: `file:${dataDir}/daymark.db` });
  const world: World = {
    ...{ daymark, clock, chance: new Random(plan.seed), sink, receivers, told: new Told() },
    progress: (text) => plan.progress?.(text),
    ...{ pages: [], subscribers: [], gone: [], keys: [], done: new Map(), faults: [], count: 0 },
  };
  const judged: Judged = { hours: 0, componentDays: 0, oddDays: new Set(), windows: 0 };
  const [figures, after]: [Figures[], Figures[]] = [[], []];
  let files = 0;
  const count = async () => {
    for (const page of world.pages) await judgePage(world, store, page, judged);
    judgeMessages(world, false);
    await judgeAges(world, store, false);
    judged.hours++;
  };
  try {
    await createFirstPages(world);
    figures.push(await measure(world, store, 0));
    const isLate = () => performance.now() - began > (plan.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
    for (let day = 1; day <= plan.days; day++) {
      if (isLate()) throw new Error(`only ${day - 1} days came within ${plan.minutes} minutes`);
      for (let hour = 0; hour < 24; hour += plan.step) {
        const end = plan.startsAt + (day - 1) * DAY + (hour + plan.step) * HOUR;
        const moments = world.chance.below(2 * plan.moments * plan.step + 1);
        await liveUntil(world, store, { end, moments, acts: plan.acts });
        await count();
      }
      await judgeAddresses(world);
      await judgeKeys(world);
      files += await judgeRender(world, store);
      figures.push(await measure(world, store, day));
      plan.progress?.(
        `day ${day}: ${world.told.events} events, ${sink.taken.length} mails, ${world.faults.length} faults`,
      );
    }
    for (let n = 1; n <= plan.daysAfter; n++) {
      if (isLate()) throw new Error(`only ${n - 1} leaps came within ${plan.minutes} minutes`);
      await clock.leap(clock.now() + plan.leap * DAY, daymark.pid);
      await quiet(world, store);
      await count();
      after.push(await measure(world, store, plan.days + n));
      if (n % 10 === 0) plan.progress?.(`${n} leaps later: ${world.faults.length} faults`);
    }
    judgeMessages(world, plan.daysAfter > 0);
    await daymark.stop();
    // Switched off over two ends of months.
    await clock.leap(clock.now() + 62 * DAY, null);
    daymark = await startDaymark({ dataDir, env, key: daymark.key });
    world.daymark = daymark;
    await judgeAges(world, store, true);
    await quiet(world, store);
    await count();
    files += await judgeRender(world, store);
  } catch (error) {
    fault(
      world,
      `it broke off: ${error instanceof Error ? error.stack : String(error)}\n${daymark.output().slice(-2000)}`,
    );
  } finally {
    await store.close();
    await daymark.stop();
    await sink.close();
    await receivers.close();
  }
  return {
    ...{ way: clock.way, judged, figures, after, done: world.done, files, faults: world.faults },
    ...{ events: world.told.events, mails: sink.taken.length },
    calls: [...receivers.taken.values()].reduce((sum, n) => sum + n, 0),
    leaks: [...leaks(figures), ...leaks(after)],
    seconds: (performance.now() - began) / 1000,
  };
}

/** Leaps from one thing to the next, and does so many acts at random moments; sometimes sleeps through all of it. */
async function liveUntil(
  world: World,
  store: Store,
  { end, moments: many, acts }: { end: number; moments: number; acts: number },
): Promise<void> {
  const { chance, clock } = world;
  const from = clock.now();
  const moments = Array.from({ length: many }, () => from + chance.next() * (end - from)).sort(
    (a, b) => a - b,
  );
  const sleeps = chance.once(12);
  for (;;) {
    const now = clock.now();
    const turns = sleeps
      ? []
      : world.pages.flatMap(({ windows }) => windows.map((one) => nextTurn(one, now)));
    const turn = Math.min(...turns, Number.POSITIVE_INFINITY);
    const act = moments[0] ?? Number.POSITIVE_INFINITY;
    const to = Math.min(turn, act, end);
    await clock.leap(to, world.daymark.pid);
    await quiet(world, store);
    if (to === end && act > end) return;
    if (turn <= act + NEAR_MS || act > end) continue;
    moments.shift();
    for (let left = 1 + chance.below(acts); left > 0; left--) {
      await actOnce(world);
      await quiet(world, store);
    }
  }
}

async function actOnce(world: World): Promise<void> {
  const { chance } = world;
  // Everything is done once before chance decides.
  const fresh = ACTS.filter(([name]) => !world.done.has(name));
  if (fresh.length > 0) {
    const [name, [act]] = chance.pick(fresh);
    note(world, name);
    return act(world, chance.pick(world.pages)).then(() => undefined);
  }
  let left = chance.below(ACTS.reduce((sum, [, [, weight]]) => sum + weight, 0));
  const [name, [act]] = ACTS.find(([, [, weight]]) => {
    left -= weight;
    return left < 0;
  })!;
  note(world, name);
  await act(world, chance.pick(world.pages));
}
