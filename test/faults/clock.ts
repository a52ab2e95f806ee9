import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { freshDataDir } from '../server/daymark.ts';
import { DrivenClock } from '../soak/clock.ts';
import { onScene, PAGE, type Scene } from './scene.ts';
import type { Tally } from './tally.ts';

const HOUR_MS = 3_600_000;
const WITHIN_MS = 120_000;

/** The clock steps forward and back by hours while a server runs and between two starts of it, again and again. */
export async function steppingClock(rounds: number, random: Random): Promise<Tally> {
  const clock = new DrivenClock(freshDataDir(), Date.now());
  const tally = await onScene({ name: 'clock', random, env: clock.env, pauseMs: 60 }, async (scene) => {
    if (clock.way === 'date') scene.tally.notes.push('without libfaketime the clock of the database stays');
    for (let n = 0; n < rounds; n += 1) {
      await whileRunning(scene, clock);
      await betweenStarts(scene, clock, random);
    }
  });
  // Nothing was killed, so nothing may come twice.
  if (tally.repeated > 0) tally.wrong.push(`${tally.repeated} messages were repeated`);
  return tally;
}

/** A window of the next hour begins and ends once, and what waits to be told does not wait for the clock to come back. */
async function whileRunning(scene: Scene, clock: DrivenClock): Promise<void> {
  const { load, mailGate, tally } = scene;
  const step = async (ms: number) => {
    await clock.step(ms, scene.server!.pid);
    tally.faults += 1;
  };
  load.go();
  await load.writes(5, 3_000);
  const window = await made(scene, 'maintenance', {
    title: `Window ${clock.now()}`,
    body: 'We exchange a disk.',
    starts_at: clock.iso(clock.now() + HOUR_MS),
    ends_at: clock.iso(clock.now() + 2 * HOUR_MS),
    notify: false,
  });
  await step(1.5 * HOUR_MS);
  await becomes(scene, `maintenance/${window}`, 'in_progress');
  await load.writes(5, 3_000);
  await step(-1.25 * HOUR_MS);
  await load.writes(5, 3_000);
  await becomes(scene, `maintenance/${window}`, 'in_progress');
  mailGate.state = 'slammed';
  mailGate.cut();
  await step(3 * HOUR_MS);
  await becomes(scene, `maintenance/${window}`, 'completed');
  await load.writes(10, 3_000);
  await step(-4 * HOUR_MS);
  mailGate.state = 'open';
  await recovered(scene);
  await becomes(scene, `maintenance/${window}`, 'completed');
  await load.halt();
  await scene.check();
}

/** An incident goes on where it was, though the clock is hours before its last update. */
async function betweenStarts(scene: Scene, clock: DrivenClock, random: Random): Promise<void> {
  const mark = random.mark();
  const incident = await made(scene, 'incidents', {
    title: `Incident ${mark}`,
    body: `First (mark-${mark}).`,
  });
  scene.ledger.told.add(mark);
  await scene.stop();
  await clock.step(-3 * HOUR_MS, null);
  scene.tally.faults += 1;
  await scene.start();
  for (const status of ['identified', 'resolved']) {
    const next = random.mark();
    await made(scene, `incidents/${incident}/updates`, { status, body: `Next (mark-${next}).` });
    scene.ledger.told.add(next);
    await becomes(scene, `incidents/${incident}`, status);
  }
  scene.load.go();
  await scene.load.writes(10, 3_000);
  await scene.load.halt();
  await recovered(scene);
  await scene.stop();
  await clock.step(5 * HOUR_MS, null);
  scene.tally.faults += 1;
  await scene.start();
  await recovered(scene);
  await scene.check();
}

async function recovered(scene: Scene): Promise<void> {
  if (!(await scene.recover(performance.now()))) scene.tally.wrong.push('it did not go on by itself');
}

async function made(scene: Scene, path: string, body: object): Promise<string> {
  const answer = await scene.server!.api('POST', `${PAGE}/${path}`, body);
  if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
  return (answer.body as { id: string }).id;
}

async function becomes(scene: Scene, path: string, status: string): Promise<void> {
  const end = performance.now() + WITHIN_MS;
  for (;;) {
    const answer = await scene.server!.api('GET', `${PAGE}/${path}`);
    const found = (answer.body as { status?: string } | undefined)?.status;
    if (found === status) return;
    if (performance.now() > end) {
      scene.tally.wrong.push(`${path} is ${found}, not ${status}`);
      return;
    }
    await pause(50);
  }
}
