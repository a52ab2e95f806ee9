/**
 * Questions that are asked together: in one batch, which costs one round trip on a server. What a change has to know is
 * stated up front as such questions; the rules decide; what they decide is written with the COMMIT.
 */
import type { Database, Result, SqlRunner } from './client.ts';
import { type Statement, statement, statementOf } from './statement.ts';

export interface Question<T> {
  statement: Statement;
  read(rows: Result['rows']): T;
}

/** Undefined: not to be asked. */
export type Questions = Readonly<Record<string, Question<unknown> | undefined>>;
type AnswerTo<Q> = Q extends Question<infer T> ? T : undefined;
export type Answers<Q extends Questions> = { [Name in keyof Q]: AnswerTo<Q[Name]> };

/** A question for one column of JSON, named `answer`, of at most one row; null without a row. */
export function question<T>(sql: string, ...args: Statement['args']): Question<T | null> {
  return {
    statement: statement(sql, ...args),
    read: (rows) => (rows[0] ? (JSON.parse(rows[0].answer as string) as T) : null),
  };
}

/** Asks them all, on one state of the database inside of a transaction. */
export async function ask<Q extends Questions>(runner: SqlRunner, questions: Q): Promise<Answers<Q>> {
  const all = Object.entries(questions).filter(
    (one): one is [string, Question<unknown>] => one[1] !== undefined,
  );
  const results = await runner.batch(all.map(([, { statement }]) => statement));
  return Object.fromEntries(
    all.map(([name, { read }], place) => [name, read(results[place]!.rows)]),
  ) as Answers<Q>;
}

/** Writes them all, in their order, inside of a transaction: at once, or on a server with whatever is sent next. */
export async function writeTogether({ $client }: Database, queries: readonly (Statement | object)[]) {
  await ($client.send ?? $client.batch)(queries.map(statementOf));
}
