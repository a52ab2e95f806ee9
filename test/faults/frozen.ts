import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { startStandIn, TOKEN } from '../libsql/server.ts';
import { startFakeStore } from '../s3/fake.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { bucketEnv, bucketFaults, bucketFollows, revisionIn, watchBucket } from './bucket.ts';
import { onScene, type Scene } from './scene.ts';
import type { Tally } from './tally.ts';

const WITHIN_MS = 120_000;

/**
 * Two processes on one database and one bucket: the one that publishes there freezes for longer than its lease, the other
 * takes over, the first wakes up; again and again, in turns.
 */
export async function frozenPublishers(rounds: number, random: Random): Promise<Tally> {
  const database = await startStandIn();
  const store = await startFakeStore();
  let other: Daymark | null = null;
  try {
    const env = { ...database.env, ...bucketEnv(store) };
    const rows = { url: database.url, authToken: TOKEN };
    return await onScene(
      { name: 'two publishers', random, env, database: rows, pauseMs: 60 },
      async (scene) => {
        watchBucket(store, scene.tally);
        other = await startDaymark({
          env: scene.env,
          key: scene.server!.key,
          readyWithinMs: WITHIN_MS,
        });
        const both = [scene.server!, other];
        for (let n = 0; n < rounds; n += 1) {
          scene.attend(both);
          scene.load.go();
          await scene.load.writes(10, 3_000);
          await scene.load.halt();
          await bucketFollows(scene, store);
          await freeze(scene, store, both[n % 2]!, both[(n + 1) % 2]!);
        }
        scene.attend(both);
        await scene.load.writes(10, 3_000);
        await scene.load.halt();
        if (!(await bucketFollows(scene, store))) scene.tally.losses.push('the bucket stays behind');
        await scene.checkPublished();
        scene.tally.losses.push(...bucketFaults(store, scene.page));
      },
    );
  } finally {
    await (other as Daymark | null)?.kill();
    await store.stop();
    await database.kill();
  }
}

/** The first of the two holds the lease, or will be passed over: then nothing of this is seen, and it is no fault. */
async function freeze(
  scene: Scene,
  store: Parameters<typeof revisionIn>[0],
  one: Daymark,
  another: Daymark,
): Promise<void> {
  const { fence } = revisionIn(store);
  process.kill(one.pid, 'SIGSTOP');
  scene.attend([another]);
  scene.load.go();
  const frozenAt = performance.now();
  const end = frozenAt + WITHIN_MS;
  try {
    // Longer than the lease in any case.
    while (performance.now() - frozenAt < 11_000) await pause(50);
    while (revisionIn(store).fence === fence && performance.now() < end) await pause(20);
    if (revisionIn(store).fence === fence) scene.tally.wrong.push('nobody took over publishing');
    scene.tally.faults += 1;
  } finally {
    process.kill(one.pid, 'SIGCONT');
  }
  scene.attend([one, another]);
  await scene.load.writes(10, 3_000);
  await scene.load.halt();
}
