import { markupAttack } from '../attacks/markup.ts';
import { expect, test } from './demo.ts';

/** It publishes some pages, and reads hundreds of files. */
const WITHIN_MS = 600_000;

test('Markup in every text stays text, in all that is made of it', async () => {
  test.setTimeout(WITHIN_MS);
  const { breaches, tries } = await markupAttack.run({
    requests: 0,
    seed: 1,
    short: true,
    say: () => undefined,
  });
  expect(breaches).toEqual([]);
  expect(tries).toBeGreaterThan(400);
});
