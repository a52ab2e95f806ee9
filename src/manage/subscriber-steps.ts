/** Deletes many rows within one transaction, in steps between which others may read: one statement would hold them up. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../../db/client.ts';
import { type Question, question } from '../../db/question.ts';
import { statement } from '../../db/statement.ts';

const STEP = 500;
/** Rows of fewer followers may go together with their component. */
export const FOLLOWERS_AT_ONCE = STEP;
const DELIVERIES = `delete from deliveries where rowid in (select d.rowid from outbox o
  cross join deliveries d on d.event_id = o.id where o.page_id = ? limit ${STEP})`;
const SUBSCRIBERS = `delete from subscribers where id in (select id from subscribers where page_id = ? limit ${STEP})`;
const FOLLOWERS = `delete from subscriber_components where component_id = ?1 and subscriber_id in
  (select subscriber_id from subscriber_components where component_id = ?1 limit ${STEP})`;

async function inSteps(tx: Database, sql: string, id: string): Promise<void> {
  let gone: number;
  do {
    gone = (await tx.$client.execute(statement(sql, id))).rowsAffected;
    await turn();
  } while (gone === STEP);
}

/** All that the people of a page were to be sent, before it is deleted: an event would take all of its own at once. */
export function deleteDeliveries(tx: Database, pageId: string): Promise<void> {
  return inSteps(tx, DELIVERIES, pageId);
}

/** All subscribers of a page that is to be deleted. */
export function deleteSubscribers(tx: Database, pageId: string): Promise<void> {
  return inSteps(tx, SUBSCRIBERS, pageId);
}

/** What says who follows a component that is to be deleted; they themselves stay. */
export function deleteFollowers(tx: Database, componentId: string): Promise<void> {
  return inSteps(tx, FOLLOWERS, componentId);
}

const MANY = `select json_quote(
    ${STEP} in (select count(*) from (select 1 from subscribers where page_id = ?1 limit ${STEP})
      union select count(*) from (select 1 from outbox o cross join deliveries d on d.event_id = o.id
        where o.page_id = ?1 limit ${STEP}))) as answer`;

/** Whether a page has so many subscribers, or deliveries, that they must not go together with its row. */
export function isFollowedByMany(pageId: string): Question<boolean> {
  const { statement, read } = question<number>(MANY, pageId);
  return { statement, read: (rows) => read(rows) === 1 };
}
