import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { onScene, type Scene } from './scene.ts';
import { add, emptyTally, type Tally } from './tally.ts';

const MOST_WRITES = 40;

/** Asks a server under load to end, again and again; some of the time while its mail server or a receiver hangs. */
export async function sigterms(times: number, random: Random): Promise<Tally> {
  const tally = emptyTally('SIGTERM');
  // Contract: ten seconds. It is told, not judged: a busy machine takes its time to run anything.
  const longest = { ms: 0 };
  const options = { name: 'SIGTERM', random, smtp: '&timeout=20', pauseMs: 10 };
  add(
    tally,
    await onScene(options, async (scene) => {
      for (let n = 0; n < times; n += 1) await once(scene, random, n, longest);
    }),
  );
  tally.notes.push(`ended after ${Math.round(longest.ms)} ms at most`);
  return tally;
}

async function once(scene: Scene, random: Random, n: number, longest: { ms: number }): Promise<void> {
  const { tally, load, mailGate, hooks } = scene;
  load.go();
  await load.writes(random.between(1, MOST_WRITES), 3_000);
  if (n % 3 === 1) mailGate.state = 'silent';
  if (n % 3 === 2) hooks!.hangs = true;
  await load.writes(5, 2_000);
  await pause(random.between(0, 20));
  const begun = performance.now();
  const code = await scene.stop();
  const took = performance.now() - begun;
  if (code !== 0) tally.wrong.push(`SIGTERM ended with ${String(code)} after ${took.toFixed(0)} ms`);
  longest.ms = Math.max(longest.ms, took);
  tally.faults += 1;
  mailGate.state = 'open';
  mailGate.cut();
  hooks!.hangs = false;
  await load.halt();
  const from = performance.now();
  await scene.start();
  await scene.check();
  await scene.recover(from);
}
