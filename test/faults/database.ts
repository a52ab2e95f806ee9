import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { startStandIn, TOKEN } from '../libsql/server.ts';
import { type GateState, startGate } from '../server/gate.ts';
import { onScene } from './scene.ts';
import type { Tally } from './tally.ts';

type Fault = GateState | 'killed';
const FAULTS: readonly Fault[] = ['slammed', 'silent', 'cutting', 'slow', 'killed'];

/** The database server stops, hangs, is cut in the middle of an answer, is slow or killed, while people write. */
export async function failingDatabase(rounds: number, outageMs: number, random: Random): Promise<Tally> {
  let server = await startStandIn();
  const gate = await startGate(server.port, { slowMs: 30, cutAfter: () => random.between(0, 400) });
  const env = { ...server.env, DATABASE_URL: `http://127.0.0.1:${gate.port}` };
  const database = { url: server.url, authToken: TOKEN };
  try {
    return await onScene({ name: 'libSQL', random, env, database, pauseMs: 60 }, async (scene) => {
      for (let n = 0; n < rounds; n += 1) {
        for (const fault of FAULTS) {
          scene.load.go();
          await scene.load.writes(10, 3_000);
          if (fault === 'killed') await server.kill();
          else gate.state = fault;
          if (fault === 'slammed' || fault === 'silent') gate.cut();
          scene.tally.faults += 1;
          await pause(outageMs);
          if (fault === 'killed') server = await startStandIn(server);
          gate.state = 'open';
          // What hung has lost its connections when it is back.
          if (fault === 'silent') gate.cut();
          if (!(await scene.recover(performance.now())))
            scene.tally.wrong.push(`it did not recover by itself from "${fault}"`);
          await scene.load.halt();
          await scene.check();
        }
      }
    });
  } finally {
    await gate.close();
    await server.kill();
  }
}
