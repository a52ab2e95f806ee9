/** Texts that stand in documents of ours: what is plain is looked at once, and comes out as if it were not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean, oneLine } from '../../src/text/escape.ts';

/** Not plain, and dropped: a text with it takes the long way, to the same end. */
const BELL = '\u0007';
const texts = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'B', '~', '!', ' ', '  ', '\t', '\n', '\r\n', '\r', '<', '\u00e9', '\u2028'),
  }),
  fc.string({ unit: 'binary' }),
);

test('a text is cleaned and put on one line alike, whether or not something in it has to go', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(clean(text)).toBe(clean(text + BELL));
      expect(oneLine(text)).toBe(oneLine(text + BELL));
      expect(oneLine(text)).not.toMatch(/[\n\r\t]|^ | $| {2}/);
    }),
  );
});
