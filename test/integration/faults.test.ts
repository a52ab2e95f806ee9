/**
 * A short version of each experiment of `npm run test:faults`; `crash.test.ts` is that of the kills, and
 * `several-processes.test.ts` of the frozen publisher. They wait most of the time, each for servers of its own: all at once.
 */
import { expect, test } from 'vitest';
import { failingBucket } from '../faults/bucket.ts';
import { steppingClock } from '../faults/clock.ts';
import { failingDatabase } from '../faults/database.ts';
import { failingDisk } from '../faults/disk.ts';
import { locked } from '../faults/locked.ts';
import { failingMail } from '../faults/mail-way.ts';
import { sigterms } from '../faults/sigterm.ts';
import { brokenPromises, type Tally } from '../faults/tally.ts';
import { Random } from '../fixtures/random.ts';

const WITHIN_MS = 300_000;
const nothingIsLost = (seen: Tally) => {
  expect(seen.faults).toBeGreaterThan(0);
  expect(seen.acknowledged).toBeGreaterThan(0);
  expect(brokenPromises(seen)).toEqual([]);
};

test.concurrent(
  'Nothing is lost when files can not be written, and all goes on by itself afterwards',
  async () => nothingIsLost(await failingDisk({ random: new Random(2), upTo: 1, long: false })),
  WITHIN_MS,
);

test.concurrent(
  'Everybody is told after the mail server was gone, hung, was cut off or slow',
  async () => nothingIsLost(await failingMail(1, 300, new Random(3))),
  WITHIN_MS,
);

test.concurrent(
  'Nothing is lost when the database server is gone, hangs, is cut off or slow, and all goes on by itself',
  async () => nothingIsLost(await failingDatabase(1, 300, new Random(4))),
  WITHIN_MS,
);

test.concurrent(
  'The bucket follows after its store was gone, hung, was cut off or slow',
  async () => nothingIsLost(await failingBucket(1, 300, new Random(7))),
  WITHIN_MS,
);

test.concurrent(
  'Nobody misses a message, and no incident or window goes astray, when the clock steps by hours',
  async () => nothingIsLost(await steppingClock(1, new Random(8))),
  WITHIN_MS,
);

test.concurrent(
  'A server that is asked to end under load ends, and has lost nothing',
  async () => nothingIsLost(await sigterms(3, new Random(5))),
  WITHIN_MS,
);

test.concurrent(
  'Another process that holds the lock of the database holds up writes, and nothing is lost',
  async () => nothingIsLost(await locked(2, false, new Random(6))),
  WITHIN_MS,
);
