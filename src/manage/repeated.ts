import { eq, lt } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { idempotentAnswers } from '../../db/schema.ts';

/** Answers are kept so long (contract, section 5). */
const KEPT_MS = 24 * 60 * 60 * 1000;

export interface StoredAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  revision?: number;
  pageId?: string;
}

/** The answer that was given to a request, if it is not older than a day. */
export async function findAnswer(
  read: Database,
  id: string,
  now: number,
): Promise<{ bodyHash: string; answer: StoredAnswer } | null> {
  const [row] = await read.select().from(idempotentAnswers).where(eq(idempotentAnswers.id, id));
  if (!row || row.createdAt <= now - KEPT_MS) return null;
  return { bodyHash: row.bodyHash, answer: JSON.parse(row.answer) as StoredAnswer };
}

/** Keeps an answer, in the transaction of the write that it tells of. */
export async function keepAnswer(
  tx: Database,
  id: string,
  bodyHash: string,
  answer: StoredAnswer,
  now: number,
): Promise<void> {
  const row = { id, bodyHash, answer: JSON.stringify(answer), createdAt: now };
  await tx
    .insert(idempotentAnswers)
    .values(row)
    .onConflictDoUpdate({ target: idempotentAnswers.id, set: row });
}

/** Forgets answers that nobody may ask for any more. */
export async function forgetAnswers(tx: Database, now: number): Promise<void> {
  await tx.delete(idempotentAnswers).where(lt(idempotentAnswers.createdAt, now - KEPT_MS));
}
