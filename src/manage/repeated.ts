import { and, gte, lt, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { writeTogether } from '../../db/question.ts';
import { idempotentAnswers } from '../../db/schema.ts';
import { statement } from '../../db/statement.ts';

/** Answers are kept so long (contract, section 5). */
const KEPT_MS = 24 * 60 * 60 * 1000;

const FIND = 'select body_hash, answer from idempotent_answers where id = ? and created_at > ?';
const KEEP = `insert into idempotent_answers (id, body_hash, answer, created_at) values (?, ?, ?, ?)
  on conflict (id) do update set body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at`;

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
  const { rows } = await read.$client.execute(statement(FIND, id, now - KEPT_MS));
  if (!rows[0]) return null;
  return {
    bodyHash: rows[0].body_hash as string,
    answer: JSON.parse(rows[0].answer as string) as StoredAnswer,
  };
}

/** Keeps an answer, in the transaction of the write that it tells of. */
export async function keepAnswer(
  tx: Database,
  id: string,
  bodyHash: string,
  answer: StoredAnswer,
  now: number,
): Promise<void> {
  await writeTogether(tx, [statement(KEEP, id, bodyHash, JSON.stringify(answer), now)]);
}

/** Forgets answers that nobody may ask for any more. */
export async function forgetAnswers(tx: Database, now: number): Promise<void> {
  await tx.delete(idempotentAnswers).where(lt(idempotentAnswers.createdAt, now - KEPT_MS));
}

/** What forgets the answers that tell of a subscriber: none of them is older than the subscriber. */
export function forgetAnswersAbout(tx: Database, id: string, key: string, since: number) {
  const address = JSON.stringify(key).slice(1, -1);
  const tells = sql`(instr(${idempotentAnswers.answer}, ${id}) > 0 or instr(lower(${idempotentAnswers.answer}), ${address}) > 0)`;
  return [tx.delete(idempotentAnswers).where(and(gte(idempotentAnswers.createdAt, since), tells))];
}
