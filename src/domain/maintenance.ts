import { conflict } from './errors.ts';
import type { MaintenanceStatus } from './status.ts';

/** The plan of a window and how far it has come. All times in milliseconds. */
export interface WindowState {
  status: MaintenanceStatus;
  startsAt: number;
  endsAt: number;
  startedAt: number | null;
  completedAt: number | null;
  overrunning: boolean;
  autoStart: boolean;
  autoComplete: boolean;
}

/** A step that the clock takes, with the moment at which it counts. */
export interface Step {
  to: 'in_progress' | 'completed' | 'overrunning';
  at: number;
}

const ORDER: MaintenanceStatus[] = ['scheduled', 'in_progress', 'verifying', 'completed'];

/**
 * What the clock has done to a window by `now` (contract, sections 5 and 7): it starts at `startsAt`, and at `endsAt` is
 * completed or, without auto_complete, overruns. A step that is found late counts from the moment it was due.
 */
export function dueSteps(window: WindowState, now: number): Step[] {
  const steps: Step[] = [];
  let { status } = window;
  if (status === 'scheduled' && window.autoStart && window.startsAt <= now) {
    steps.push({ to: 'in_progress', at: window.startsAt });
    status = 'in_progress';
  }
  if (window.endsAt > now || status === 'completed' || status === 'cancelled') return steps;
  // A window that somebody started late by hand does not end before it began.
  const end = Math.max(window.endsAt, window.startedAt ?? window.endsAt);
  if (window.autoComplete) steps.push({ to: 'completed', at: end });
  else if (status !== 'scheduled' && !window.overrunning) steps.push({ to: 'overrunning', at: end });
  return steps;
}

/** The window after one step. */
export function afterStep<W extends WindowState>(window: W, step: Step): W {
  if (step.to === 'overrunning') return { ...window, overrunning: true };
  if (step.to === 'in_progress') return { ...window, status: 'in_progress', startedAt: step.at };
  return { ...window, status: 'completed', completedAt: step.at, overrunning: false };
}

/** When the clock has something to do with a window again; null when never. */
export function nextStepAt(window: WindowState): number | null {
  if (window.status === 'completed' || window.status === 'cancelled') return null;
  if (window.status === 'scheduled' && window.autoStart) return window.startsAt;
  if (window.autoComplete || (window.status !== 'scheduled' && !window.overrunning)) return window.endsAt;
  return null;
}

/**
 * The window after somebody posted an update with this status.
 *
 * @throws DomainError (conflict) when the window can't go there: it is over, or would go back before its start
 */
export function afterUpdate<W extends WindowState>(window: W, status: MaintenanceStatus, now: number): W {
  if (status === window.status) return window;
  const over = window.status === 'completed' || window.status === 'cancelled';
  const back = ORDER.indexOf(status) < ORDER.indexOf(window.status) && status === 'scheduled';
  if (over || back) {
    throw conflict(`A maintenance window that is ${window.status} can't become ${status}.`);
  }
  const moved = { ...window, status };
  if (status === 'completed' || status === 'cancelled')
    return { ...moved, completedAt: now, overrunning: false };
  return {
    ...moved,
    startedAt: window.startedAt ?? now,
    overrunning: window.endsAt <= now && !window.autoComplete,
  };
}
