/** What the input for a maintenance window asks for, and whether it can be. */
import { invalid } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { MaintenanceCreate, MaintenancePatch } from '../domain/input.ts';
import type { MaintenanceStatus } from '../domain/status.ts';
import { parseTime } from './incident-state.ts';
import { remindedBy, type WindowRow } from './window-state.ts';

export interface MaintenanceOrigin {
  v2Id?: string;
  updateV2Id?: string;
  createdAt?: number;
  /** A window that the source knows as over or running. */
  status?: MaintenanceStatus;
}

/** @throws DomainError invalid for an end before the start */
export function assertPlan(startsAt: number, endsAt: number): void {
  if (endsAt <= startsAt) throw invalid(['ends_at'], 'ends_at must be after starts_at.');
}

/** The row of a new window. One whose end is past is over: completed, when the source says nothing else. */
export function plannedRow(
  pageId: string,
  input: MaintenanceCreate,
  origin: MaintenanceOrigin,
  now: number,
): WindowRow {
  const startsAt = parseTime(input.starts_at);
  const endsAt = parseTime(input.ends_at);
  const over = endsAt <= now || origin.status === 'completed' || origin.status === 'cancelled';
  const status = origin.status ?? (over ? 'completed' : 'scheduled');
  const started = over ? status === 'completed' : status === 'in_progress' || status === 'verifying';
  return {
    id: newId(),
    v2Id: origin.v2Id ?? newV2Id(),
    pageId,
    title: input.title,
    status,
    startsAt,
    endsAt,
    startedAt: started ? Math.min(startsAt, now) : null,
    completedAt: over ? Math.min(endsAt, now) : null,
    overrunning: false,
    autoStart: input.auto_start,
    autoComplete: input.auto_complete,
    remindBeforeMinutes: input.remind_before_minutes ?? null,
    remindedAt: remindedBy(startsAt, input.remind_before_minutes, now),
    notify: input.notify,
    createdAt: origin.createdAt ?? now,
    updatedAt: now,
  };
}

/** The row of a window as a patch wants it. */
export function editedRow(before: WindowRow, input: MaintenancePatch, now: number): WindowRow {
  const startsAt = input.starts_at === undefined ? before.startsAt : parseTime(input.starts_at);
  const endsAt = input.ends_at === undefined ? before.endsAt : parseTime(input.ends_at);
  return {
    ...before,
    title: input.title ?? before.title,
    startsAt,
    endsAt,
    autoStart: input.auto_start ?? before.autoStart,
    autoComplete: input.auto_complete ?? before.autoComplete,
    remindBeforeMinutes:
      input.remind_before_minutes === undefined ? before.remindBeforeMinutes : input.remind_before_minutes,
    remindedAt:
      startsAt === before.startsAt
        ? before.remindedAt
        : remindedBy(startsAt, input.remind_before_minutes ?? before.remindBeforeMinutes, now),
    notify: input.notify ?? before.notify,
    overrunning: before.overrunning && endsAt <= now,
  };
}
