/**
 * Loaded into the server by `NODE_OPTIONS`, before its own code and unknown to it: answers a signal with what can only be
 * seen from inside, and moves `Date` where no library moves the clock of the whole process. Imports nothing of ours.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const folder = process.env.SOAK_CLOCK ?? '';
const clock = () => readFileSync(join(folder, 'clock'), 'utf8').trim();
const RealDate = Date;
let offset = 0;

function follow(): void {
  if (process.env.SOAK_DATE) offset = Math.round(Number(clock()) * 1000);
}

class DrivenDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [RealDate.now() + offset] : given) as [number]));
  }
  static override now(): number {
    return RealDate.now() + offset;
  }
}

if (process.env.SOAK_DATE) {
  follow();
  // `Date()` without `new` is nobody's habit here: what calls it so would throw, and be seen.
  globalThis.Date = DrivenDate as DateConstructor;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  follow();
  const { number, collect } = JSON.parse(readFileSync(join(folder, 'ask'), 'utf8')) as {
    number: number;
    collect: boolean;
  };
  // What a finalizer lets go is only collected by the next round.
  if (collect) for (let round = 0; round < 3; round++) collectGarbage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const { heapUsed, external } = process.memoryUsage();
  const answer = join(folder, `answer-${process.pid}`);
  writeFileSync(
    `${answer}.new`,
    JSON.stringify({ number, clock: clock(), heapBytes: heapUsed + external, resources }),
  );
  renameSync(`${answer}.new`, answer);
});
