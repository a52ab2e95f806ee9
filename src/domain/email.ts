import { z } from 'zod';

const LONGEST = 254;

/** A mail address, international ones too; without what could end a header or name a second one. */
export const email = z
  .string()
  .max(LONGEST, `At most ${LONGEST} characters.`)
  .regex(z.regexes.unicodeEmail, 'A mail address, like ines@example.com.')
  .regex(/^[^@]{1,64}@[^@]+\.[^@.]{2,}$/, 'A mail address, like ines@example.com.')
  .refine(
    (text) => text.isWellFormed() && !/[\p{C}\p{Z},;:<>()[\]\\"]/u.test(text),
    'A mail address, like ines@example.com.',
  );

/** What two spellings of one address have in common: NFC, in lower case. */
export function emailKeyOf(address: string): string {
  return address.normalize('NFC').toLowerCase();
}
