import { setImmediate as turn } from 'node:timers/promises';
import { and, count, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { auditEvents } from '../../db/schema.ts';
import type { Listed, Slice } from './queries.ts';

export type AuditRow = typeof auditEvents.$inferSelect;

export interface AuditFilter {
  pageId?: string | null;
  /** `component.updated`, or `component` for all that happened to components. */
  action?: string | null;
  /** `key:{id}`, `cli`, `schedule`. */
  actor?: string | null;
  subjectId?: string | null;
  /** From this moment on, before that one; milliseconds. */
  since?: number | null;
  until?: number | null;
}

/** Events that are looked at together: some milliseconds of the driver's, which holds everybody up. */
const STEP = 2_000;
/** Ids are hexadecimal: this comes behind all of them. */
const BEYOND_ALL_IDS = 'g';

/** What happened in an organization, newest first. */
export async function listAuditEvents(
  read: Database,
  organizationId: string,
  filter: AuditFilter,
  slice: Slice,
): Promise<Listed<AuditRow>> {
  const ofOrganization = eq(auditEvents.organizationId, organizationId);
  const conditions: (SQL | undefined)[] = [
    filter.pageId ? eq(auditEvents.pageId, filter.pageId) : undefined,
    filter.action ? actionIs(filter.action) : undefined,
    filter.actor ? eq(auditEvents.actor, filter.actor) : undefined,
    filter.subjectId ? eq(auditEvents.subjectId, filter.subjectId) : undefined,
    filter.since ? gte(auditEvents.createdAt, filter.since) : undefined,
    filter.until ? lt(auditEvents.createdAt, filter.until) : undefined,
  ];
  const wanted = and(...conditions);
  const order = desc(auditEvents.id);
  if (wanted) {
    const { total, ids } = await matching(read, ofOrganization, wanted, slice);
    const these = sql`${auditEvents.id} ${inList(ids)}`;
    return { total, items: await read.select().from(auditEvents).where(these).orderBy(order) };
  }
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(auditEvents).where(ofOrganization),
    read
      .select()
      .from(auditEvents)
      .where(ofOrganization)
      .orderBy(order)
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  return { total: total!.n, items };
}

/**
 * How many events fit, and which of them, newest first, are in the slice. All of the organization's are looked at, in
 * steps between which others get their turn: an index for each filter would be paid for by every write.
 */
async function matching(
  read: Database,
  ofOrganization: SQL,
  wanted: SQL,
  { limit, offset }: Slice,
): Promise<{ total: number; ids: string[] }> {
  const ids: string[] = [];
  let total = 0;
  for (let before = BEYOND_ALL_IDS; ; ) {
    const step = and(ofOrganization, lt(auditEvents.id, before));
    const [row] = await read.all<{ fitting: string; last: string | null; seen: number }>(
      sql`select json_group_array(id) filter (where fits) as fitting, min(id) as last, count(*) as seen
        from (select id, (${wanted}) as fits from ${auditEvents} where ${step} order by id desc limit ${STEP})`,
    );
    const fitting = JSON.parse(row!.fitting) as string[];
    ids.push(...fitting.slice(Math.max(0, offset - total), Math.max(0, offset + limit - total)));
    total += fitting.length;
    if (row!.seen < STEP || row!.last === null) return { total, ids };
    before = row!.last;
    await turn();
  }
}

function actionIs(action: string): SQL | undefined {
  if (action.includes('.')) return eq(auditEvents.action, action);
  return and(gte(auditEvents.action, `${action}.`), lt(auditEvents.action, `${action}/`));
}
