import { and, count, desc, eq, gte, lt, type SQL } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
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

/** What happened in an organization, newest first. */
export async function listAuditEvents(
  read: Database,
  organizationId: string,
  filter: AuditFilter,
  slice: Slice,
): Promise<Listed<AuditRow>> {
  const conditions: (SQL | undefined)[] = [
    eq(auditEvents.organizationId, organizationId),
    filter.pageId ? eq(auditEvents.pageId, filter.pageId) : undefined,
    filter.action ? actionIs(filter.action) : undefined,
    filter.actor ? eq(auditEvents.actor, filter.actor) : undefined,
    filter.subjectId ? eq(auditEvents.subjectId, filter.subjectId) : undefined,
    filter.since ? gte(auditEvents.createdAt, filter.since) : undefined,
    filter.until ? lt(auditEvents.createdAt, filter.until) : undefined,
  ];
  const where = and(...conditions);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(auditEvents).where(where),
    read
      .select()
      .from(auditEvents)
      .where(where)
      .orderBy(desc(auditEvents.id))
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  return { total: total!.n, items };
}

function actionIs(action: string): SQL | undefined {
  if (action.includes('.')) return eq(auditEvents.action, action);
  return and(gte(auditEvents.action, `${action}.`), lt(auditEvents.action, `${action}/`));
}
