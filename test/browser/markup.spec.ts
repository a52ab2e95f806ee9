import { markupAttack } from '../attacks/markup.ts';
import { expect, test } from './demo.ts';

test('Markup in every text stays text, in all that is made of it', async () => {
  const { breaches, tries } = await markupAttack.run({
    requests: 0,
    seed: 1,
    short: true,
    say: () => undefined,
  });
  expect(breaches).toEqual([]);
  expect(tries).toBeGreaterThan(500);
});
