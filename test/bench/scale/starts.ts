import { factorRow, ms, percentile, print, type Row } from '../figures.ts';
import { quiet } from '../quiet.ts';
import type { Folder } from './fill.ts';
import { processorMs, serverOn } from './server.ts';

const BUDGET = { sign: '<=', must: 2, aim: 1.2 } as const;

/** From starting the process until it is ready, in turns with one page; and what it does until it comes to rest. */
export async function starts(big: Folder, small: Folder, times: number): Promise<Row[]> {
  const ready: [number[], number[]] = [[], []];
  const work: [number[], number[]] = [[], []];
  for (let n = 0; n < times; n += 1) {
    for (const [place, folder] of [big, small].entries()) {
      const server = await serverOn(folder);
      ready[place]?.push(server.readyAfter);
      // Nothing changed: everything is published when nothing is left to do.
      if (n === 0) {
        await quiet(server.pid);
        work[place]?.push(processorMs(server.pid));
      }
      await server.stop();
    }
  }
  const [ours, reference] = ready.map((list) => percentile(list, 0.5)) as [number, number];
  print(
    `  from the start to rest, nothing changed: ${ms(work[0][0] ?? 0)} of processor time, with one page ${ms(work[1][0] ?? 0)}`,
  );
  return [factorRow('start until ready', { ours, reference, unit: ms }, BUDGET)];
}
