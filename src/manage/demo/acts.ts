/** What the demo is made of: verbs, each with the moment at which it is done. */
import type { ComponentStatus, IncidentStatus } from '../../domain/status.ts';
import type { Actor, Manager } from '../command.ts';
import { openIncident, postUpdate } from '../incidents.ts';
import { planMaintenance, postMaintenanceUpdate } from '../maintenance.ts';
import type { Named, PastIncident, PastWindow } from './past.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const ANNOUNCED_DAYS_BEFORE = 4;

/** A moment of the demo's life and what is done then. */
export interface Act {
  at: number;
  run(manager: Manager): Promise<unknown>;
}

/** What the acts are about. */
export interface Stage {
  actor: Actor;
  pageId: string;
  /** Ids by name. */
  components: Map<string, string>;
}

export const iso = (at: number) => new Date(at).toISOString();

/** How windows of the demo go on, and that nobody is told of them. */
export const BY_THE_CLOCK = { auto_start: true, auto_complete: true, notify: false };

function said({ components }: Stage, says: Named): { id: string; status: ComponentStatus }[] {
  return Object.entries(says).map(([name, status]) => ({ id: components.get(name)!, status }));
}

interface Told {
  title: string;
  /** Milliseconds since the epoch, oldest first. */
  updates: { at: number; status: IncidentStatus; body: string; says: Named; nextUpdateAt?: number }[];
}

/** An incident: an act for each of its updates. Nobody is told. */
export function told(stage: Stage, { title, updates }: Told): Act[] {
  const { actor, pageId } = stage;
  let incidentId = '';
  return updates.map(({ at, status, body, says, nextUpdateAt }, place) => ({
    at,
    async run(manager) {
      const next_update_at = nextUpdateAt === undefined ? null : iso(nextUpdateAt);
      const input = { status, body, components: said(stage, says), next_update_at, notify: false };
      if (place > 0) await postUpdate(manager, actor, pageId, incidentId, input);
      else incidentId = (await openIncident(manager, actor, pageId, { title, ...input })).value;
    },
  }));
}

function momentOf(today: number, daysAgo: number, time: string): number {
  return today - daysAgo * DAY_MS + Number(time.slice(0, 2)) * HOUR_MS + Number(time.slice(3)) * MINUTE_MS;
}

/** A past incident. `today` is the first moment of the present day, UTC, in ms. */
export function livedThrough(
  stage: Stage,
  { daysAgo, at, title, says, updates }: PastIncident,
  today: number,
): Act[] {
  const from = momentOf(today, daysAgo, at);
  const timed = updates.map(([minutes, status, body], place) => ({
    at: from + minutes * MINUTE_MS,
    status,
    body,
    says: place === 0 ? says : {},
  }));
  return told(stage, { title, updates: timed });
}

/** A past window: announced, begun, done. */
export function maintained({ actor, pageId, components }: Stage, past: PastWindow, today: number): Act[] {
  const { daysAgo, minutes, title, body } = past;
  const from = momentOf(today, daysAgo, past.at);
  const to = from + minutes * MINUTE_MS;
  let id = '';
  const post = (at: number, status: 'in_progress' | 'completed', words: string): Act => ({
    at,
    run: (manager) =>
      postMaintenanceUpdate(manager, actor, pageId, id, { status, body: words, notify: false }),
  });
  const announce: Act = {
    at: from - ANNOUNCED_DAYS_BEFORE * DAY_MS,
    async run(manager) {
      const component_ids = past.components.map((name) => components.get(name)!);
      const plan = { title, body, starts_at: iso(from), ends_at: iso(to), component_ids, ...BY_THE_CLOCK };
      id = (await planMaintenance(manager, actor, pageId, plan)).value;
    },
  };
  // A few minutes before its end: the clock would end it without a word.
  return [
    announce,
    post(from, 'in_progress', 'The work has begun.'),
    post(to - 4 * MINUTE_MS, 'completed', 'The work is done.'),
  ];
}
