/**
 * Runs a change of one page: what it has to know is asked at once, and what it decides is written with the COMMIT. What
 * holds here:
 *
 * 1. Who waits for the page is told after the COMMIT.
 * 2. Time on a page never goes back, whatever the clock does: what came later is later, in its updates and its events.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { type Answers, ask, type Question, type Questions } from '../../db/question.ts';
import { pages } from '../../db/schema.ts';
import { rowReader, statement } from '../../db/statement.ts';
import { notFound } from '../domain/errors.ts';
import { type Actor, Change, type Manager, type Outcome, type PageRow } from './command.ts';

/** The condition that makes a page this actor's: in its organization, and among its pages when it is bound to some. */
export function ownedBy(actor: Actor, column: { id: SQLiteColumn; organizationId: SQLiteColumn } = pages) {
  const bound = actor.pageIds
    ? sql`${column.id} in (select value from json_each(${JSON.stringify(actor.pageIds)}))`
    : undefined;
  return and(eq(column.organizationId, actor.organizationId), bound);
}

/** The present on a page: a clock that was put back is behind what was done there by the old one. */
function timeOn({ changedAt }: PageRow, now: number): number {
  return now < changedAt ? changedAt + 1 : now;
}

const pageReader = rowReader(pages);
const PAGE = `select ${pageReader.json} as page from pages where id = ? and organization_id = ?`;

/** A page of the actor's. Its reading throws DomainError not_found. */
export function pageOf(pageId: string, actor: Actor): Question<PageRow> {
  return {
    statement: statement(PAGE, pageId, actor.organizationId),
    read(rows) {
      const reachable = !actor.pageIds || actor.pageIds.includes(pageId);
      if (!rows[0] || !reachable) throw notFound('Page');
      return pageReader.read(rows[0].page as string);
    },
  };
}

interface Done<T, After> {
  value: T;
  after: After;
  subjectId?: string;
  details?: Record<string, unknown>;
}

/**
 * Runs a change of one page.
 *
 * @throws DomainError (not_found) when the page is not there or not the actor's, and whatever `work` throws; nothing is
 *   written then
 */
export function change<T>(
  manager: Manager,
  actor: Actor,
  pageId: string,
  action: string,
  work: (change: Change) => Promise<Omit<Done<T, null>, 'after'>>,
): Promise<Outcome<T>> {
  const done = async (unit: Change) => ({ ...(await work(unit)), after: null });
  return changeKnowing(manager, actor, pageId, action, {}, done);
}

/**
 * A change that states up front what it has to know: it is asked together with the page. When `work` asks nothing more, the
 * change takes two questions of a database server: this one, and all its writes with the COMMIT.
 *
 * @throws DomainError as `change`
 */
export async function changeKnowing<T, After, Q extends Questions>(
  manager: Manager,
  actor: Actor,
  pageId: string,
  action: string,
  questions: Q,
  work: (change: Change, known: Answers<Q>) => Promise<Done<T, After>>,
): Promise<Outcome<T, After>> {
  const result = await manager.store.write(async (tx) => {
    const asked = { page: pageOf(pageId, actor), ...questions };
    const { page, ...known } = await ask<{ page: Question<PageRow> }>(tx.$client, asked);
    const unit = new Change(tx, timeOn(page, manager.now()), actor, page);
    const { value, after, subjectId, details } = await work(unit, known as Answers<Q>);
    const revision = await unit.conclude({ action, subjectId, details: details ?? {} });
    return { value, after, revision, page, ...unit.consequences() };
  });
  const { page, told, planned, value, after, revision } = result;
  if (revision > page.revision) manager.committed({ id: page.id, slug: page.slug, revision, told, planned });
  return { value, revision, after };
}
