import { randomInt } from 'node:crypto';
import { v7 } from 'uuid';

const V2_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const V2_LENGTH = 12;

/** A UUID of version 7: in the order of its making, also within one millisecond of one process. */
export function newId(): string {
  return v7();
}

let made = 0;

/** A UUID of version 7 of this moment (ms): in the order of such moments, whatever the clock says when it is made. */
export function newIdAt(ms: number): string {
  made = (made + 1) % 2 ** 31;
  return v7({ msecs: ms, seq: made });
}

/** An id of the compatible API: 12 characters `a-z0-9`, 62 random bits. Stored, never computed again. */
export function newV2Id(): string {
  let text = '';
  for (let place = 0; place < V2_LENGTH; place++) text += V2_ALPHABET[randomInt(V2_ALPHABET.length)];
  return text;
}

/** True of a text that has the form of a UUID, in any case of letters. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
