/** A short run of the suite of `npm run test:attacks`; what other tests hold already is left out. */
import { expect, test } from 'vitest';
import { ATTACKS } from './attacks.ts';

/** In http-authorization, accounts-attacks, fuzz and http-slow; markup is read by a browser, in browser/markup.spec. */
const ELSEWHERE = new Set(['authorization', 'fuzz', 'slow', 'markup']);
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
