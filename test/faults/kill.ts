import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { holdLock } from './locks.ts';
import { onScene, type Scene } from './scene.ts';
import { add, brokenPromises, emptyTally, type Tally } from './tally.ts';

export interface KillOptions {
  kills: number;
  random: Random;
  /** Servers that are killed at the same time, each with a page and people of its own. */
  worlds?: number;
  /** No further kill is begun after so many. */
  minutes?: number;
  /** Called after each restart. */
  progress?: () => void;
  /** Told of each broken promise as soon as it is known. */
  say?: (text: string) => void;
}

/** After so many kills a server begins anew: what it has written slows down the comparison. */
const KILLS_OF_A_SERVER = 40;
/** Most are killed after so many writes at most, or after so long. */
const MOST_WRITES = 40;
const LONGEST_LIFE_MS = 3_000;
/** The others while they are busy with their start. */
const YOUNG_SHARE = 1 / 4;
const SHORT_LIFE_MS = 30;
const LOCK_SHARE = 1 / 8;
const CHECK_SHARE = 1 / 3;

/**
 * Kills real servers with SIGKILL again and again while people write and read, pages are published, mails and webhooks
 * leave, and now and then another process holds the database's write lock; after each restart compares what is there
 * with what was acknowledged.
 */
export async function kills(options: KillOptions): Promise<Tally> {
  const { kills: count, random, worlds = 2 } = options;
  const tally = emptyTally('kill -9');
  let left = count;
  const end = performance.now() + (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const world = async (own: Random) => {
    while (left > 0 && performance.now() < end) {
      const share = Math.min(left, KILLS_OF_A_SERVER);
      left -= share;
      const seen = await onScene({ name: 'kill -9', random: own.branch() }, async (scene) => {
        for (let n = 0; n < share && performance.now() < end; n += 1) {
          await killOnce(scene, own);
          options.progress?.();
        }
      });
      for (const broken of brokenPromises(seen)) options.say?.(broken);
      add(tally, seen);
    }
  };
  await Promise.all(Array.from({ length: Math.min(worlds, count) }, () => world(random.branch())));
  return tally;
}

async function killOnce(scene: Scene, random: Random): Promise<void> {
  const lock = random.chance(LOCK_SHARE) ? holdLock(scene.dataDir, random.between(50, 800)) : null;
  scene.load.go();
  if (!random.chance(YOUNG_SHARE)) await scene.load.writes(random.between(1, MOST_WRITES), LONGEST_LIFE_MS);
  await pause(random.between(0, SHORT_LIFE_MS));
  await scene.kill();
  await scene.load.halt();
  const begun = performance.now();
  await scene.start();
  await scene.check();
  if (random.chance(CHECK_SHARE)) {
    await scene.checkPublished();
    scene.tally.recovery = Math.max(scene.tally.recovery, performance.now() - begun);
  }
  await lock?.gone;
}
