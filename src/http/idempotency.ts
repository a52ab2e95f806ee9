/**
 * A POST that may be repeated (contract, section 5). The answer is stored in the transaction of the write: a crash leaves
 * both or neither, and whoever repeats the request gets the same answer.
 */
import { hash } from 'node:crypto';
import type { Credential } from '../auth/api-keys.ts';
import type { Services } from '../services.ts';
import type { Asked } from './asked.ts';
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
export function repeatableOf(request: Asked, credential: Credential, body: Buffer): Repeatable | null {
  const key = request.headers.get('idempotency-key');
  if (key === null) return null;
  if (!KEY.test(key)) {
    throw new HttpError(400, 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
  }
  const parts = [credential.name, request.method, new URL(request.url).pathname, key];
  return { id: hash('sha256', JSON.stringify(parts)), bodyHash: hash('sha256', body) };
}

type Work = (inside: Services) => Promise<Answer>;

/** The request was answered before: nothing is done. */
class Answered extends Error {
  constructor(readonly answer: Answer) {
    super();
  }
}

/** Does the work once, whoever repeats it. @throws HttpError 409 while it runs, 422 for another body */
export function once(services: Services, repeatable: Repeatable, work: Work): Promise<Answer> {
  return alone(repeatable, async () => {
    try {
      return await services.inOneTransaction(
        async (inside) => keep(inside, repeatable, await work(inside)),
        async (ahead) => {
          const known = await answered(ahead, repeatable);
          if (known) throw new Answered(known);
        },
      );
    } catch (error) {
      if (error instanceof Answered) return error.answer;
      throw error;
    }
  });
}

/**
 * The same for work that takes long and writes nothing: it runs outside of a transaction, and its answer is stored behind
 * it. A crash in between lets a repetition do it again.
 *
 * @throws HttpError 409 while it runs, 422 for another body
 */
export function onceOutside(services: Services, repeatable: Repeatable, work: Work): Promise<Answer> {
  return alone(repeatable, async () => {
    const known = await answered(services, repeatable);
    if (known) return known;
    const answer = await work(services);
    return services.inOneTransaction((inside) => keep(inside, repeatable, answer));
  });
}

async function alone({ id }: Repeatable, work: () => Promise<Answer>): Promise<Answer> {
  if (running.has(id)) throw new HttpError(409, 'A request with this Idempotency-Key is still running.');
  running.add(id);
  try {
    return await work();
  } finally {
    running.delete(id);
  }
}

/** What was answered to this request before. */
async function answered({ repeated }: Services, { id, bodyHash }: Repeatable): Promise<Answer | null> {
  const known = await repeated.find(id);
  if (!known) return null;
  if (known.bodyHash !== bodyHash) {
    const msg = 'This Idempotency-Key was used with another body.';
    throw new HttpError(422, [{ loc: ['header', 'Idempotency-Key'], msg, type: 'idempotency_key_reused' }]);
  }
  return { ...known.answer, headers: { ...known.answer.headers, 'Idempotent-Replayed': 'true' } };
}

async function keep({ repeated }: Services, { id, bodyHash }: Repeatable, answer: Answer): Promise<Answer> {
  const { repeatedBody, stream: _, ...stored } = answer;
  await repeated.keep(id, bodyHash, repeatedBody === undefined ? stored : { ...stored, body: repeatedBody });
  return answer;
}
