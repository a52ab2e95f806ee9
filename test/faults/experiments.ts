import type { Random } from '../fixtures/random.ts';
import { failingBucket } from './bucket.ts';
import { steppingClock } from './clock.ts';
import { failingDatabase } from './database.ts';
import { failingDisk } from './disk.ts';
import { frozenPublishers } from './frozen.ts';
import { kills } from './kill.ts';
import { locked } from './locked.ts';
import { failingMail } from './mail-way.ts';
import { sigterms } from './sigterm.ts';
import type { Tally } from './tally.ts';

export interface Setting {
  kills: number;
  /** For the kills. */
  minutes: number;
  random: Random;
  /** False: a short version, for the tests. */
  long: boolean;
  say(text: string): void;
}

/** Every experiment, by the name for `--only`. */
export const EXPERIMENTS: Record<string, (setting: Setting) => Promise<Tally>> = {
  kill: ({ kills: count, minutes, random, say }) => {
    let done = 0;
    const progress = () => {
      done += 1;
      if (done % 10 === 0) say(`${done} kills`);
    };
    return kills({ kills: count, minutes, random, progress, say, worlds: 3 });
  },
  disk: ({ random, long }) => failingDisk({ random, long, upTo: long ? 3 : 1 }),
  smtp: ({ random, long }) => failingMail(long ? 3 : 1, long ? 2_000 : 500, random),
  s3: ({ random, long }) => failingBucket(long ? 3 : 1, long ? 2_000 : 500, random),
  libsql: ({ random, long }) => failingDatabase(long ? 4 : 1, long ? 1_500 : 500, random),
  clock: ({ random, long }) => steppingClock(long ? 3 : 1, random),
  frozen: ({ random, long }) => frozenPublishers(long ? 4 : 1, random),
  sigterm: ({ random, long }) => sigterms(long ? 21 : 3, random),
  locked: ({ random, long }) => locked(long ? 10 : 2, long, random),
};
