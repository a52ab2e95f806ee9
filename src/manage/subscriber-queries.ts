/** Reads of subscribers, with what each follows. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../../db/client.ts';
import { subscribers } from '../../db/messages.ts';
import { ask, type Question } from '../../db/question.ts';
import { rowReader, statement } from '../../db/statement.ts';
import { emailKey } from '../domain/email-address.ts';
import { notFound } from '../domain/errors.ts';
import type { Listed, Slice } from './queries.ts';

export type SubscriberRow = typeof subscribers.$inferSelect;

export interface Subscriber extends SubscriberRow {
  /** In display order; empty with the whole page, and once the last one was deleted. */
  componentIds: string[];
}

/** A subscriber whose mailbox was unknown is active, and suppressed: nothing is sent. */
export const SUBSCRIBER_STATUSES = ['active', 'suppressed', 'unsubscribed'] as const;
export type SubscriberStatus = (typeof SUBSCRIBER_STATUSES)[number];

export function statusOf({ status, suppressedAt }: SubscriberRow): SubscriberStatus {
  return status === 'active' && suppressedAt !== null ? 'suppressed' : status;
}

/** Rows at a time: some milliseconds of the driver's, which holds everybody up. */
const STEP = 500;
/** Likewise, where rows are only looked at. */
const SEARCH_STEP = 4_000;

const reader = rowReader(subscribers);
const COLUMNS = `${reader.json} as subscriber, (select json_group_array(component_id) from
  (select sc.component_id from subscriber_components sc join components c on c.id = sc.component_id
    where sc.subscriber_id = subscribers.id order by c.top_rank, c.rank, c.id)) as component_ids`;

function subscribersIn({ rows }: { rows: { [column: string]: unknown }[] }): Subscriber[] {
  return rows.map((row) => ({
    ...reader.read(row.subscriber as string),
    componentIds: JSON.parse(row.component_ids as string) as string[],
  }));
}

export interface SubscriberFilter {
  status: SubscriberStatus | null;
  /** A part of the address. */
  email: string | null;
}

const WHICH: Record<SubscriberStatus, string> = {
  active: `status = 'active' and suppressed_at is null`,
  suppressed: `status = 'active' and suppressed_at is not null`,
  unsubscribed: `status = 'unsubscribed'`,
};

/** What is asked of a row, besides its page. */
function conditionOf({ status, email }: SubscriberFilter): { is: string; args: string[] } {
  const like = email === null ? [] : [`%${emailKey(email).replaceAll(/[\\%_]/g, '\\$&')}%`];
  const parts = [status === null ? [] : [WHICH[status]], like.map(() => `email_key like ? escape '\\'`)];
  return { is: parts.flat().join(' and ') || 'true', args: like };
}

/** True where an index finds just the rows that are asked for. */
function isIndexed({ status, email }: SubscriberFilter): boolean {
  return email === null && (status === null || status === 'active');
}

/** The subscribers of a page, newest first. */
export async function listSubscribers(
  read: Database,
  pageId: string,
  filter: SubscriberFilter,
  slice: Slice,
): Promise<Listed<Subscriber>> {
  if (!isIndexed(filter)) return searchSubscribers(read, pageId, filter, slice);
  const { is } = conditionOf(filter);
  const [total, items] = await read.$client.batch([
    statement(`select count(*) as n from subscribers where page_id = ? and ${is}`, pageId),
    statement(
      `select ${COLUMNS} from subscribers where page_id = ? and ${is} order by id desc limit ? offset ?`,
      ...[pageId, slice.limit, slice.offset],
    ),
  ]);
  return { total: total!.rows[0]!.n as number, items: subscribersIn(items!) };
}

/** Looks through all subscribers of a page in steps, between which others get their turn. */
async function searchSubscribers(
  read: Database,
  pageId: string,
  filter: SubscriberFilter,
  { limit, offset }: Slice,
): Promise<Listed<Subscriber>> {
  const { is, args } = conditionOf(filter);
  const sql = `with step as materialized (select id, status, suppressed_at, email_key from subscribers
      where page_id = ? and id < ? order by id desc limit ${SEARCH_STEP}),
    found as materialized (select id from step where ${is})
    select (select min(id) from step) as last, (select count(*) from step) as seen,
      (select count(*) from found) as n,
      (select json_group_array(id) from (select id from found order by id desc limit ? offset ?)) as ids`;
  const ids: string[] = [];
  let total = 0;
  let before = '~';
  let seen: number;
  do {
    const wanted = [limit - ids.length, Math.max(0, offset - total)];
    const { rows } = await read.$client.execute(statement(sql, pageId, before, ...args, ...wanted));
    const step = rows[0]! as unknown as { last: string | null; seen: number; n: number; ids: string };
    ids.push(...(JSON.parse(step.ids) as string[]));
    total += step.n;
    before = step.last ?? before;
    seen = step.seen;
    await turn();
  } while (seen === SEARCH_STEP);
  const items = await read.$client.execute(
    statement(
      `select ${COLUMNS} from subscribers where page_id = ? and id in (select value from json_each(?)) order by id desc`,
      ...[pageId, JSON.stringify(ids)],
    ),
  );
  return { total, items: subscribersIn(items) };
}

/** Walks through all subscribers, oldest first, in steps between which others get their turn. */
export async function* walkSubscribers(
  read: Database,
  pageId: string,
  filter: SubscriberFilter,
): AsyncGenerator<Subscriber[]> {
  const { is, args } = conditionOf(filter);
  const step = `(select id from subscribers where page_id = ? and id > ? order by id limit ${STEP})`;
  let after = '';
  let seen: number;
  do {
    const [passed, found] = await read.$client.batch([
      statement(`select max(id) as last, count(*) as seen from ${step}`, pageId, after),
      statement(
        `select ${COLUMNS} from subscribers where id in ${step} and ${is} order by id`,
        ...[pageId, after, ...args],
      ),
    ]);
    const { last, seen: count } = passed!.rows[0]! as unknown as { last: string | null; seen: number };
    if (found!.rows.length > 0) yield subscribersIn(found!);
    after = last ?? after;
    seen = count;
    await turn();
  } while (seen === STEP);
}

/** Its reading throws DomainError not_found. */
export function subscriberQuestion(pageId: string, id: string): Question<Subscriber> {
  return {
    statement: statement(`select ${COLUMNS} from subscribers where page_id = ? and id = ?`, pageId, id),
    read(rows) {
      const [found] = subscribersIn({ rows });
      if (!found) throw notFound('Subscriber');
      return found;
    },
  };
}

/** @throws DomainError not_found */
export async function getSubscriber(read: Database, pageId: string, id: string): Promise<Subscriber> {
  return (await ask(read.$client, { subscriber: subscriberQuestion(pageId, id) })).subscriber;
}

/** The subscriber of a page with this address, whatever became of them. */
export function byKeyQuestion(pageId: string, key: string): Question<SubscriberRow | null> {
  return {
    statement: statement(
      `select ${reader.json} as subscriber from subscribers where page_id = ? and email_key = ?`,
      pageId,
      key,
    ),
    read: (rows) => (rows[0] ? reader.read(rows[0].subscriber as string) : null),
  };
}
