/** What the input for an incident asks for, what has to be known for it, and whether it can be. */
import { type Question, question } from '../../db/question.ts';
import { invalid } from '../domain/errors.ts';
import type { IncidentPatch } from '../domain/input.ts';
import { type IncidentRow, parseTime, type Standing } from './incident-state.ts';
import type { Reach } from './past.ts';

/** How many components a page has: the impact of a new incident follows from it. */
export function componentsOnPage(pageId: string): Question<number> {
  const { statement, read } = question<number>(
    'select json_quote(count(*)) as answer from components where page_id = ?',
    pageId,
  );
  return { statement, read: (rows) => read(rows)! };
}

/** An incident that began or ended longer ago than this was backfilled: nobody is told unless asked for. */
const BACKFILLED_AFTER_MS = 60 * 60 * 1000;

interface Said {
  started_at?: string | undefined;
  resolved_at?: string | undefined;
}

/** The times that are said, in milliseconds. @throws DomainError invalid for one in the future */
export function times(input: Said, now: number) {
  const startedAt = input.started_at === undefined ? undefined : parseTime(input.started_at);
  const resolvedAt = input.resolved_at === undefined ? undefined : parseTime(input.resolved_at);
  if (startedAt !== undefined && startedAt > now)
    throw invalid(['started_at'], 'An incident can not start in the future.');
  if (resolvedAt !== undefined && resolvedAt > now)
    throw invalid(['resolved_at'], 'An incident can not be resolved in the future.');
  return { startedAt, resolvedAt };
}

/** The earliest time (ms) that is said; undefined when none is. */
export function firstOf({ started_at, resolved_at }: Said): number | undefined {
  const said = [started_at, resolved_at].filter((one) => one !== undefined).map(parseTime);
  return said.length === 0 ? undefined : Math.min(...said);
}

/** Whether a patch changes what was shown in the past. */
export function reachOfPatch(input: IncidentPatch): Reach {
  if (firstOf(input) !== undefined) return 'always';
  return input.status === undefined || input.status === 'resolved' ? 'never' : 'whenReopened';
}

/** True of times that put on record what is long past. */
export function isBackfilled({ startedAt, resolvedAt }: ReturnType<typeof times>, now: number): boolean {
  return Math.min(startedAt ?? now, resolvedAt ?? now) < now - BACKFILLED_AFTER_MS;
}

/** @throws DomainError invalid */
export function assertOrder(startedAt: number, resolvedAt: number | null): void {
  if (resolvedAt !== null && resolvedAt < startedAt)
    throw invalid(['resolved_at'], 'resolved_at must not be before started_at.');
}

/** True of a patch that says something new; a body that comes with nothing else corrects, and `[]` equals absent. */
export function isUpdate(row: IncidentRow, { status, components: named = [], body }: IncidentPatch): boolean {
  return named.length > 0 || (status !== undefined && (status !== row.status || body !== undefined));
}

/** From when on corrected times change what was shown; infinity when they do not. */
export function reachOf(row: IncidentRow, startedAt: number, resolvedAt: number | undefined): number {
  const moments: number[] = [];
  if (startedAt !== row.startedAt) moments.push(startedAt, row.startedAt);
  if (resolvedAt !== undefined && resolvedAt !== row.resolvedAt)
    moments.push(resolvedAt, row.resolvedAt ?? resolvedAt);
  return Math.min(...moments, Number.POSITIVE_INFINITY);
}

/** False of a patch that names only what is so already: it keeps the revision. */
export function changesAnything({ row, told }: Standing, input: IncidentPatch): boolean {
  const { title = row.title, impact, started_at, resolved_at, next_update_at, body } = input;
  const isOther = (text: string | null | undefined, now: number | null) =>
    text !== undefined && (text === null ? null : parseTime(text)) !== now;
  if (title !== row.title || impact !== undefined) return true;
  if (isOther(started_at, row.startedAt) || isOther(resolved_at, row.resolvedAt)) return true;
  if (isOther(next_update_at, row.nextUpdateAt)) return true;
  return body !== undefined && body !== told.updates.at(-1)!.body;
}
