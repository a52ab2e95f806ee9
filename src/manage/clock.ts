/** What time does by itself: windows start and end, reminders fall due. */
import { eq, sql } from 'drizzle-orm';
import { pages, maintenanceWindows as windows } from '../../db/schema.ts';
import { DomainError } from '../domain/errors.ts';
import { dueSteps } from '../domain/maintenance.ts';
import type { Actor, Change, Manager } from './command.ts';
import { changeKnowing } from './run-change.ts';
import { takeSteps, tell, type WindowStanding, windowStanding } from './window-state.ts';

const MINUTE_MS = 60_000;
const AT_A_TIME = 200;

const canStart = sql`(status = 'scheduled' and auto_start = 1)`;
const canEnd = sql`(auto_complete = 1 or (status <> 'scheduled' and overrunning = 0))`;
const isOpen = sql`status in ('scheduled', 'in_progress', 'verifying')`;

interface Due {
  id: string;
  pageId: string;
  organizationId: string;
}

async function dueWindows(manager: Manager, condition: ReturnType<typeof sql>): Promise<Due[]> {
  return manager.store.read.all<Due>(sql`select w.id, w.page_id as "pageId", p.organization_id as "organizationId"
    from ${windows} w join ${pages} p on p.id = w.page_id where ${condition} order by w.starts_at limit ${AT_A_TIME}`);
}

function clockOf(due: Due): Actor {
  return { organizationId: due.organizationId, name: 'schedule', pageIds: null };
}

/** A window, or its page, that was deleted since it was found keeps nobody else's waiting. */
async function unlessGone(changing: Promise<unknown>): Promise<void> {
  try {
    await changing;
  } catch (error) {
    if (!(error instanceof DomainError && error.kind === 'not_found')) throw error;
  }
}

function changeWindow(
  manager: Manager,
  due: Due,
  action: string,
  work: (
    unit: Change,
    standing: WindowStanding,
  ) => Promise<{ value: null; subjectId: string; details?: Record<string, unknown> }>,
): Promise<unknown> {
  const asked = windowStanding(due.pageId, due.id);
  return changeKnowing(manager, clockOf(due), due.pageId, action, asked, async (unit, known) => ({
    ...(await work(unit, { ...known.window, held: known.held })),
    after: null,
  }));
}

/** Starts and ends the windows whose moment has come. @returns how many were found */
export async function takeDueSteps(manager: Manager): Promise<number> {
  const now = manager.now();
  const due = await dueWindows(
    manager,
    sql`${isOpen} and ((${canStart} and starts_at <= ${now}) or (${canEnd} and ends_at <= ${now}))`,
  );
  for (const one of due) {
    await unlessGone(
      changeWindow(manager, one, 'maintenance.clock', async (unit, standing) => {
        const steps = dueSteps(standing.row, unit.now).map(({ to }) => to);
        await takeSteps(unit, standing, false);
        return { value: null, subjectId: one.id, details: { steps } };
      }),
    );
  }
  return due.length;
}

/** Puts the reminders that are due into the outbox, each once. */
export async function sendReminders(manager: Manager): Promise<number> {
  const now = manager.now();
  const due = await dueWindows(
    manager,
    sql`status = 'scheduled' and w.remind_before_minutes is not null and w.reminded_at is null and w.notify = 1
      and w.starts_at > ${now} and w.starts_at - w.remind_before_minutes * ${MINUTE_MS} <= ${now}`,
  );
  for (const one of due) {
    await unlessGone(
      changeWindow(manager, one, 'maintenance.reminded', async (unit, standing) => {
        unit.write(unit.tx.update(windows).set({ remindedAt: unit.now }).where(eq(windows.id, one.id)));
        tell(unit, 'maintenance.reminded', standing, null);
        return { value: null, subjectId: one.id };
      }),
    );
  }
  return due.length;
}

/** When the clock has something to do next; null when nothing is planned. */
export async function nextDueAt(manager: Manager): Promise<number | null> {
  const now = manager.now();
  const [row] = await manager.store.read.all<{ at: number | null }>(sql`select min(at) as at from (
    select min(starts_at) as at from maintenance_windows where ${isOpen} and ${canStart} and starts_at > ${now}
    union all select min(ends_at) from maintenance_windows where ${isOpen} and ${canEnd} and ends_at > ${now})`);
  return row?.at ?? null;
}
