import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import type { GateState } from '../server/gate.ts';
import { onScene, type Scene } from './scene.ts';
import type { Tally } from './tally.ts';

const STATES: readonly GateState[] = [
  'slammed',
  'silent',
  'cutting',
  'slow',
  'half-open',
  '421 4.3.2 Too busy',
];
const WITHIN_MS = 120_000;

/** The mail server stops, hangs, is cut in the middle of an answer, or is slow, while people are to be told. */
export function failingMail(rounds: number, outageMs: number, random: Random): Promise<Tally> {
  return onScene({ name: 'SMTP', random, smtp: '&timeout=2', pauseMs: 30 }, async (scene) => {
    for (let n = 0; n < rounds; n += 1) {
      for (const state of STATES) await once(scene, state, outageMs);
    }
  });
}

async function once({ load, mailGate, ledger, sink, tally }: Scene, state: GateState, ms: number) {
  load.go();
  await load.writes(10, 3_000);
  mailGate.state = state;
  // Those that are open from before would go on.
  if (state !== 'cutting' && state !== 'half-open') mailGate.cut();
  tally.faults += 1;
  const told = ledger.told.size;
  await load.writes(10, ms);
  const end = performance.now() + ms;
  // There has to be something to tell.
  while (performance.now() < end || (ledger.told.size === told && performance.now() < end + 5_000))
    await pause(20);
  await load.halt();
  mailGate.state = 'open';
  const since = performance.now();
  const before = sink.taken.length;
  while (sink.taken.length === before && performance.now() - since < WITHIN_MS) await pause(10);
  tally.recovery = Math.max(tally.recovery, performance.now() - since);
}
