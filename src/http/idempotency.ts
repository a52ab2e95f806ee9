/**
 * A POST that may be repeated (contract, section 5). The answer is stored in the transaction of the write: a crash leaves
 * both or neither, and whoever repeats the request gets the same answer.
 */
import { hash } from 'node:crypto';
import type { Credential } from '../auth/api-keys.ts';
import type { Services } from '../services.ts';
import type { Answer } from './declare.ts';
import { HttpError } from './errors.ts';

export interface Repeatable {
  /** Names this request among all that were ever made. */
  id: string;
  bodyHash: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;
/** Requests at work in this process. */
const running = new Set<string>();

/** @returns null without an `Idempotency-Key` @throws HttpError 400 for one that can't be */
export function repeatableOf(request: Request, credential: Credential, body: Buffer): Repeatable | null {
  const key = request.headers.get('idempotency-key');
  if (key === null) return null;
  if (!KEY.test(key)) {
    throw new HttpError(400, 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
  }
  const parts = [credential.keyId, request.method, new URL(request.url).pathname, key];
  return { id: hash('sha256', JSON.stringify(parts)), bodyHash: hash('sha256', body) };
}

/** Does the work once, whoever repeats it. @throws HttpError 409 while it runs, 422 for another body */
export async function once(
  services: Services,
  { id, bodyHash }: Repeatable,
  work: (inside: Services) => Promise<Answer>,
): Promise<Answer> {
  if (running.has(id)) throw new HttpError(409, 'A request with this Idempotency-Key is still running.');
  running.add(id);
  try {
    return await services.inOneTransaction(async (inside) => {
      const known = await inside.repeated.find(id);
      if (known && known.bodyHash !== bodyHash) {
        const msg = 'This Idempotency-Key was used with another body.';
        throw new HttpError(422, [
          { loc: ['header', 'Idempotency-Key'], msg, type: 'idempotency_key_reused' },
        ]);
      }
      if (known)
        return { ...known.answer, headers: { ...known.answer.headers, 'Idempotent-Replayed': 'true' } };
      const answer = await work(inside);
      const { repeatedBody, ...stored } = answer;
      await inside.repeated.keep(
        id,
        bodyHash,
        repeatedBody === undefined ? stored : { ...stored, body: repeatedBody },
      );
      return answer;
    });
  } finally {
    running.delete(id);
  }
}
