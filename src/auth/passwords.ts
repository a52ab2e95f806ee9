/** Passwords: argon2id with 19 MiB and two passes (OWASP's first choice), two at a time, the rest in line. */
import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';

const MEMORY_KIB = 19 * 1024;
const PASSES = 2;
/** More at once would take memory and cores from those who publish. */
const AT_ONCE = 2;

export const SHORTEST_PASSWORD = 10;
const LONGEST_PASSWORD = 200;
/**
 * A new password. Long enough, and nothing else (NIST SP 800-63B, 3.1.1.2): rules of composition make passwords worse.
 * Letters that look alike in two encodings are one (NFC).
 */
export const newPassword = z
  .string()
  .min(SHORTEST_PASSWORD, `At least ${SHORTEST_PASSWORD} characters.`)
  .max(LONGEST_PASSWORD, `At most ${LONGEST_PASSWORD} characters.`)
  .refine((text) => text.isWellFormed(), 'The text is not valid Unicode.');
/** One that is tried: of any length that could be one. */
export const triedPassword = z
  .string()
  .min(1, 'A password.')
  .max(LONGEST_PASSWORD * 4);

export interface Passwords {
  /** PHC string. */
  hash(password: string): Promise<string>;
  /** The same work whether or not there is a hash to compare with; without one the answer is false. */
  matches(password: string, known: string | null): Promise<boolean>;
}

export function createPasswords(): Passwords {
  const waiting: (() => void)[] = [];
  let atWork = 0;
  let dummy: Promise<string> | null = null;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (atWork >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
    else atWork++;
    try {
      return await work();
    } finally {
      // Whoever waits takes over the place as it is.
      const next = waiting.shift();
      if (next) next();
      else atWork--;
    }
  }
  const hashed = (password: string) =>
    inTurn(() =>
      hash(password.normalize('NFC'), { memoryCost: MEMORY_KIB, timeCost: PASSES, parallelism: 1 }),
    );

  return {
    hash: hashed,
    async matches(password, known) {
      dummy ??= hashed('nobody has this password');
      const nobodys = await dummy;
      const right = await inTurn(() => verify(known ?? nobodys, password.normalize('NFC')));
      return right && known !== null;
    },
  };
}
