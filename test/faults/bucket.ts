import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { type FakeStore, startFakeStore } from '../s3/fake.ts';
import { type GateState, startGate } from '../server/gate.ts';
import { BEACON } from './beacon.ts';
import { onScene, type Scene, SLUG } from './scene.ts';
import type { Tally } from './tally.ts';

const STATES: readonly GateState[] = ['slammed', 'silent', 'cutting', 'slow'];
const PREFIX = `pages/p/${SLUG}/`;
const WITHIN_MS = 120_000;

/** The configuration of a bucket as a further target. */
export const bucketEnv = (store: FakeStore, endpoint = store.endpoint) => ({
  PUBLISH_TO: `s3://${store.bucket}/pages?endpoint=${endpoint}`,
  AWS_ACCESS_KEY_ID: store.accessKey,
  AWS_SECRET_ACCESS_KEY: store.secretKey,
});

/** Looks into the bucket at each request that reaches it: what lies there agrees, and never gets older. */
export function watchBucket(store: FakeStore, tally: Pick<Tally, 'torn' | 'backward'>): void {
  const newest = new Map<string, number>();
  store.fault = () => {
    const text = (key: string) => store.objects.get(PREFIX + key)?.body.toString() ?? '';
    const { revision = 0 } = JSON.parse(text('revision.json') || '{}') as { revision?: number };
    const own = Number(/ data-revision="(\d+)"/.exec(text('index.html'))?.[1] ?? 0);
    const said = (key: string) => Number(BEACON.exec(text(key))?.[1] ?? 0);
    if (revision > own) tally.torn.push(`the bucket's page is of revision ${own} beside ${revision}`);
    for (const [what, found] of [
      ['revision.json', revision],
      ['index.html', own],
      ['api/v1/components', said('api/v1/components')],
    ] as const) {
      const before = newest.get(what) ?? 0;
      if (found < before) tally.backward.push(`the bucket's ${what} is of ${found} after ${before}`);
      newest.set(what, Math.max(before, found));
    }
    return null;
  };
}

export const revisionIn = (store: FakeStore): { revision: number; fence: number } =>
  JSON.parse(store.objects.get(`${PREFIX}revision.json`)?.body.toString() ?? '{"revision":0,"fence":0}') as {
    revision: number;
    fence: number;
  };

/** Waits until the bucket holds what was acknowledged. @returns false when that does not come */
export async function bucketFollows(scene: Scene, store: FakeStore): Promise<boolean> {
  const since = performance.now();
  while (revisionIn(store).revision < scene.ledger.revision) {
    if (performance.now() - since > WITHIN_MS) return false;
    await pause(10);
  }
  scene.tally.recovery = Math.max(scene.tally.recovery, performance.now() - since);
  return true;
}

/** Where the bucket says something else than the folder. */
export function bucketFaults(store: FakeStore, folder: string): string[] {
  return [...store.objects].flatMap(([key, { body }]) => {
    const path = key.slice(PREFIX.length);
    const file = [`${path}.json`, path].map((one) => join(folder, one)).find((one) => existsSync(one));
    if (!/^api\/v1\/(components|incidents)/.test(path) || file === undefined) return [];
    return body.equals(readFileSync(file)) ? [] : [`the bucket's ${path} differs from the folder's`];
  });
}

/** The store of a bucket stops, hangs, is cut in the middle of an answer, or is slow, while pages are published to it. */
export async function failingBucket(rounds: number, outageMs: number, random: Random): Promise<Tally> {
  const store = await startFakeStore();
  const gate = await startGate(Number(new URL(store.endpoint).port));
  const env = bucketEnv(store, `http://127.0.0.1:${gate.port}`);
  try {
    return await onScene({ name: 'S3', random, env, pauseMs: 30 }, async (scene) => {
      watchBucket(store, scene.tally);
      for (let n = 0; n < rounds; n += 1) {
        for (const state of STATES) {
          scene.load.go();
          await scene.load.writes(10, 3_000);
          gate.state = state;
          if (state !== 'cutting') gate.cut();
          scene.tally.faults += 1;
          await scene.load.writes(10, outageMs);
          await pause(outageMs);
          gate.state = 'open';
          // What hung has lost its connections when it is back.
          gate.cut();
          await scene.load.halt();
          if (!(await bucketFollows(scene, store))) scene.tally.losses.push(`the bucket stays behind`);
        }
      }
      await scene.checkPublished();
      scene.tally.losses.push(...bucketFaults(store, scene.page));
    });
  } finally {
    await gate.close();
    await store.stop();
  }
}
