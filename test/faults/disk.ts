import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../fixtures/random.ts';
import { onScene, type Scene } from './scene.ts';
import { add, emptyTally, type Tally } from './tally.ts';
import { canTrace, failCalls, HAS_DISKS, limit, makeDisk } from './tracer.ts';

const ERRORS = ['ENOSPC', 'EIO', 'EROFS'];
const CALLS = {
  site: ['openat', 'write', 'utimensat', 'fsync', 'rename', 'unlink', 'mkdir', 'pwrite64'],
  // No `pread64`: libsql 0.5.29 takes a read that failed for one that succeeded, and shows whatever was in memory.
  database: ['openat', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'fstat'],
};
/** Files that are written at every change, and the names under which they are made. */
const SITE_FILES = ['index.html', 'api/v1/components.json', 'api/v1/status.json', 'revision.json'].flatMap(
  (file) => ['', '.br', '.gz'].flatMap((suffix) => [`${file}${suffix}`, `${file}${suffix}.daymark-new`]),
);
/** A fault that does not come, because nothing makes that call any more, is waited for so long. */
const WAIT_MS = 1_500;
const WRITES = 12;
const DISK_MB = 24;

export interface DiskOptions {
  random: Random;
  /** The first, second, … so many-th call fails, each by itself. */
  upTo: number;
  long: boolean;
}

/** Lets the n-th operation on files fail, fills disks, takes away room and descriptors, while people write and read. */
export async function failingDisk({ random, upTo, long }: DiskOptions): Promise<Tally> {
  const tally = emptyTally('files fail');
  const traces = await canTrace();
  add(
    tally,
    await onScene({ name: 'files fail', random: random.branch(), pauseMs: 60 }, async (scene) => {
      if (traces) for (const place of ['site', 'database'] as const) await eachCall(scene, place, upTo);
      // No file may have a byte more: what a full disk is, without one.
      await limited(scene, 'fsize', 0, 'unlimited');
      if (long) await limited(scene, 'nofile', 24, 'hard');
    }),
  );
  if (long) tally.notes.push('reads of the database do not fail here: the driver would not notice (README)');
  if (!traces) tally.notes.push('no process may be traced here: only limits of the process were used');
  if (long && HAS_DISKS) add(tally, await fullDisk(random));
  else if (long) tally.notes.push('no disk can be made here: none was filled');
  return tally;

  async function eachCall(scene: Scene, place: keyof typeof CALLS, most: number): Promise<void> {
    const files = place === 'site' ? SITE_FILES.map((file) => join(scene.page, file)) : [];
    const folders = [scene.page, join(scene.page, 'api/v1')];
    const rows = ['', '-wal', '-shm'].map((suffix) => join(scene.dataDir, `daymark.db${suffix}`));
    const calls = long
      ? CALLS[place]
      : CALLS[place].filter((call) => /^(write|pwrite64|f\w*sync)$/.test(call));
    for (let n = 1; n <= most; n += 1) {
      for (const [turn, call] of calls.entries()) {
        const error = ERRORS[(turn + n) % ERRORS.length]!;
        // Every third stays broken until it is mended.
        const when = (turn + n) % 3 === 0 ? `${n}+` : String(n);
        const paths = place === 'site' ? [...files, ...folders] : rows;
        await during(scene, async () => {
          const tracer = await failCalls({ pid: scene.server!.pid, paths, calls: [call], error, when });
          const end = performance.now() + WAIT_MS;
          while (tracer.failed() === 0 && performance.now() < end) await pause(20);
          await scene.load.writes(2, 300);
          scene.tally.faults += await tracer.detach();
        });
      }
    }
  }
}

/** Writes while something is broken; afterwards it must come back by itself, with all that was acknowledged. */
async function during(scene: Scene, broken: () => Promise<void>): Promise<void> {
  scene.load.go();
  await broken();
  const since = performance.now();
  if (!(await scene.recover(since))) {
    scene.tally.wrong.push('it did not recover by itself');
    await scene.kill();
    await scene.start();
  }
  await scene.load.halt();
  await scene.check();
}

/** While people write, the server may have only so much of something for a second. */
async function limited(
  scene: Scene,
  what: 'fsize' | 'nofile',
  least: number,
  whole: 'unlimited' | 'hard',
): Promise<void> {
  await during(scene, async () => {
    limit(scene.server!.pid, what, least);
    scene.tally.faults += 1;
    await pause(1_000);
    limit(scene.server!.pid, what, whole);
  });
}

/** A disk that something else fills to the last byte, more than once. */
async function fullDisk(random: Random): Promise<Tally> {
  const disk = makeDisk(DISK_MB);
  try {
    const options = { name: 'files fail', random: random.branch(), pauseMs: 60, dataDir: disk.folder };
    return await onScene(options, async (scene) => {
      for (let round = 0; round < 5; round += 1) {
        await during(scene, async () => {
          await scene.load.writes(WRITES, WAIT_MS);
          fill(join(disk.folder, 'ballast'));
          scene.tally.faults += 1;
          await pause(1_000);
          rmSync(join(disk.folder, 'ballast'));
        });
      }
    });
  } finally {
    disk.remove();
  }
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4_096, 1);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
