/** A short run of the suite of `npm run test:attacks`; what other tests hold already is left out. */
import { expect, test } from 'vitest';
import { ATTACKS } from './attacks.ts';

const ELSEWHERE = new Set(['authorization']);
const WITHIN_MS = 300_000;
const options = { requests: 1_000, seed: 1, short: true, say: () => undefined };

test.each(ATTACKS.filter(({ name }) => !ELSEWHERE.has(name)))(
  'Nothing gets through: $title',
  async ({ run }) => {
    const { tries, breaches } = await run(options);
    expect(breaches).toEqual([]);
    expect(tries).toBeGreaterThan(50);
  },
  WITHIN_MS,
);
