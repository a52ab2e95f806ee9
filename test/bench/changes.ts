import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A line of a change log of a real page. Ids are the source's own. `at` is when the change was seen. */
export type Change =
  | { type: 'group.created'; at: string; id: string; name: string; position: number | null }
  | { type: 'group.edited'; at: string; id: string; name?: string; position?: number | null }
  | { type: 'group.removed'; at: string; id: string }
  | ComponentCreated
  | ComponentEdited
  | { type: 'component.removed'; at: string; id: string }
  | { type: 'component.status'; at: string; id: string; from: string; to: string }
  | { type: 'incident.created'; at: string; id: string; name: string; impact: string | null }
  | { type: 'incident.update'; at: string; id: string; status: string; body: string; affected?: Affected[] }
  | WindowCreated
  | { type: 'maintenance.update'; at: string; id: string; status: string; body: string };

interface ComponentCreated {
  type: 'component.created';
  at: string;
  id: string;
  name: string;
  description: string | null;
  position: number | null;
  group_id: string | null;
  status: string;
}

interface ComponentEdited {
  type: 'component.edited';
  at: string;
  id: string;
  name?: string;
  description?: string | null;
  position?: number | null;
  group_id?: string | null;
}

interface WindowCreated {
  type: 'maintenance.created';
  at: string;
  id: string;
  name: string;
  components: string[];
  scheduled_for: string | null;
  scheduled_until: string | null;
}

export interface Affected {
  id: string;
  to: string;
}

/** The changes of a JSON Lines file, plain or gzipped, in order. */
export function readChanges(file: string, limit = Number.POSITIVE_INFINITY): Change[] {
  const raw = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(0, limit).map((line) => JSON.parse(line) as Change);
}

/**
 * The same changes with an end for each window. The source drops a window when it is over without saying so: it is
 * completed when the planned end and its last update have both passed, or cancelled when it never began.
 */
export function withWindowEnds(changes: readonly Change[]): Change[] {
  const last = new Map<string, number>();
  const begun = new Set<string>();
  const until = new Map<string, number>();
  changes.forEach((change, index) => {
    if (change.type === 'maintenance.created')
      until.set(change.id, Date.parse(change.scheduled_until ?? change.at));
    if (change.type !== 'maintenance.update') return;
    last.set(change.id, index);
    if (change.status !== 'scheduled') begun.add(change.id);
  });
  const waiting: { id: string; end: number }[] = [];
  const all: Change[] = [];
  changes.forEach((change, index) => {
    const now = Date.parse(change.at);
    for (const over of waiting.filter(({ end }) => end <= now)) {
      waiting.splice(waiting.indexOf(over), 1);
      all.push(windowEnd(over.id, change.at, begun.has(over.id)));
    }
    all.push(change);
    if (change.type === 'maintenance.update' && last.get(change.id) === index && !isOver(change.status)) {
      waiting.push({ id: change.id, end: until.get(change.id) ?? now });
    }
  });
  return all;
}

function isOver(status: string): boolean {
  return status === 'completed' || status === 'cancelled';
}

function windowEnd(id: string, at: string, begun: boolean): Change {
  const status = begun ? 'completed' : 'cancelled';
  return {
    type: 'maintenance.update',
    at,
    id,
    status,
    body: begun ? 'The work is done.' : 'This work will not happen.',
  };
}
