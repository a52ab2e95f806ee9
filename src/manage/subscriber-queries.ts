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
  active: `and status = 'active' and suppressed_at is null`,
  suppressed: `and status = 'active' and suppressed_at is not null`,
  unsubscribed: `and status = 'unsubscribed'`,
};

function conditionsOf({ status, email }: SubscriberFilter): { where: string; args: string[] } {
  const like = email === null ? [] : [`%${emailKey(email).replaceAll(/[\\%_]/g, '\\$&')}%`];
  const where = `page_id = ? ${status ? WHICH[status] : ''} ${like.length > 0 ? `and email_key like ? escape '\\'` : ''}`;
  return { where, args: like };
}

/** The subscribers of a page, newest first. */
export async function listSubscribers(
  read: Database,
  pageId: string,
  filter: SubscriberFilter,
  slice: Slice,
): Promise<Listed<Subscriber>> {
  const { where, args } = conditionsOf(filter);
  const [total, items] = await read.$client.batch([
    statement(`select count(*) as n from subscribers where ${where}`, pageId, ...args),
    statement(
      `select ${COLUMNS} from subscribers where ${where} order by id desc limit ? offset ?`,
      ...[pageId, ...args],
      ...[slice.limit, slice.offset],
    ),
  ]);
  return { total: total!.rows[0]!.n as number, items: subscribersIn(items!) };
}

/** Walks through all subscribers, oldest first, in steps between which others get their turn. */
export async function* walkSubscribers(
  read: Database,
  pageId: string,
  filter: SubscriberFilter,
): AsyncGenerator<Subscriber[]> {
  const { where, args } = conditionsOf(filter);
  const sql = `select ${COLUMNS} from subscribers where ${where} and id > ? order by id limit ${STEP}`;
  let step: Subscriber[];
  let after = '';
  do {
    step = subscribersIn(await read.$client.execute(statement(sql, pageId, ...args, after)));
    after = step.at(-1)?.id ?? after;
    if (step.length > 0) yield step;
    await turn();
  } while (step.length === STEP);
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
