import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { startStandIn, TOKEN } from '../libsql/server.ts';
import { type FakeStore, type Seen, startFakeStore } from '../s3/fake.ts';
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
    const env = { ...database.env, ...bucketEnv(store), AWS_SESSION_TOKEN: 'first' };
    const rows = { url: database.url, authToken: TOKEN };
    return await onScene(
      { name: 'two publishers', random, env, database: rows, pauseMs: 60 },
      async (scene) => {
        watchBucket(store, scene.tally);
        other = await startDaymark({
          env: { ...scene.env, AWS_SESSION_TOKEN: 'second' },
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
          const [one, another] = publisherIn(store) === 'first' ? both : both.toReversed();
          await freeze(scene, store, one!, another!);
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

/** Which of the two wrote the mark that lies in the bucket. */
function publisherIn(store: FakeStore): unknown {
  const marks = ({ method, key }: Seen) => method === 'PUT' && key.endsWith('/revision.json');
  return store.seen.findLast(marks)?.headers['x-amz-security-token'];
}

/**
 * The first of the two has published last. On a busy machine the lease may have moved on since: then nothing of a takeover
 * is seen. In any case what the other one acknowledges has to be published.
 */
async function freeze(scene: Scene, store: FakeStore, one: Daymark, another: Daymark): Promise<void> {
  const { fence } = revisionIn(store);
  process.kill(one.pid, 'SIGSTOP');
  scene.attend([another]);
  scene.load.go();
  const frozenAt = performance.now();
  const end = frozenAt + WITHIN_MS;
  try {
    // Longer than the lease in any case.
    while (performance.now() - frozenAt < 11_000) await pause(50);
    await scene.load.writes(1, end - performance.now());
    const { revision } = scene.ledger;
    while (revisionIn(store).revision < revision && performance.now() < end) await pause(20);
    const there = revisionIn(store);
    if (there.revision < revision) scene.tally.wrong.push('nobody took over publishing');
    else if (there.fence > fence) scene.tally.faults += 1;
    else scene.tally.notes.push('the lease had moved on before its holder froze');
  } finally {
    process.kill(one.pid, 'SIGCONT');
  }
  scene.attend([one, another]);
  await scene.load.writes(10, 3_000);
  await scene.load.halt();
}
