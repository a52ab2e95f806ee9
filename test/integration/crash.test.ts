import { beforeAll, describe, expect, test } from 'vitest';
import { kills } from '../faults/kill.ts';
import type { Tally } from '../faults/tally.ts';
import { Random } from '../fixtures/random.ts';

const WITHIN_MS = 300_000;

describe('a server that is killed with -9 again and again while people write and read, and are told', () => {
  let seen: Tally;
  beforeAll(async () => {
    seen = await kills({ kills: 5, random: new Random(1), worlds: 1 });
  }, WITHIN_MS);

  test('keeps every write that it has acknowledged, and publishes it after it is started again', () => {
    expect(seen.faults).toBe(5);
    expect(seen.acknowledged).toBeGreaterThan(0);
    expect(seen.losses).toEqual([]);
  });

  test('never lets a reader see half a file, a missing one, an older one, or one that is not of its revision', () => {
    expect(seen.reads).toBeGreaterThan(0);
    expect({ torn: seen.torn, backward: seen.backward }).toEqual({ torn: [], backward: [] });
  });

  test('tells everybody of everything, by mail and by webhook, again only under the same id', () => {
    expect({ missing: seen.missing, wrong: seen.wrong }).toEqual({ missing: [], wrong: [] });
  });
});
