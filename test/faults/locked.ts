import type { Random } from '../fixtures/random.ts';
import { holdLock } from './locks.ts';
import { onScene } from './scene.ts';
import type { Tally } from './tally.ts';

/** Another process holds the database's write lock: for a moment, and, where `long`, for longer than a write waits. */
export function locked(times: number, long: boolean, random: Random): Promise<Tally> {
  const held = Array.from({ length: times }, () => random.between(100, 1_500));
  if (long) held.push(13_000);
  return onScene({ name: 'locked', random, pauseMs: 30 }, async (scene) => {
    for (const ms of held) {
      scene.load.go();
      await scene.load.writes(10, 3_000);
      const lock = holdLock(scene.dataDir, ms);
      await lock.held;
      scene.tally.faults += 1;
      if (!(await lock.gone)) scene.tally.wrong.push('the lock could not be had');
      if (!(await scene.recover(performance.now()))) scene.tally.wrong.push('it did not recover by itself');
      await scene.load.halt();
      await scene.check();
    }
  });
}
