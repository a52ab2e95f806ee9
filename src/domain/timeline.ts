/** What a component showed over time, from facts (contract, sections 5 and 7). Times are ms since the epoch. */
import { COMPONENT_STATUSES, type ComponentStatus, type IncidentStatus, severityOf } from './status.ts';

/** From `at` on, until the next one, this status is set on the component. */
export interface SetChange {
  at: number;
  status: ComponentStatus;
}

/** What one incident says of the component from one moment to another; `to` is null while it says so. */
export interface Claim {
  from: number;
  to: number | null;
  status: ComponentStatus;
}

/** A maintenance window in progress on the component; `to` is null while it is. */
export interface Hold {
  from: number;
  to: number | null;
}

export interface Facts {
  set: readonly SetChange[];
  claims: readonly Claim[];
  holds: readonly Hold[];
}

/** From `at` on, until the next one, the component shows this. */
export interface Change {
  at: number;
  status: ComponentStatus;
}

/** An update of an incident as far as status goes: when it was posted, or was said to have been, and what it names. */
export interface SaidUpdate {
  at: number;
  status: IncidentStatus;
  components: readonly { id: string; status: ComponentStatus }[];
}

/**
 * What a component showed in `[from, to)`: at each moment the worst of the status set on it (operational before the first
 * one), of what incidents say of it, and of a window in progress (contract, section 7). The first entry is at `from`,
 * times rise strictly, neighbours differ. Of changes set at one moment the last in the list counts.
 */
export function shownTimeline(facts: Facts, from: number, to: number): Change[] {
  const edges: { at: number; severity: number; by: 1 | -1 }[] = [];
  const active = COMPONENT_STATUSES.map(() => 0);
  const span = (start: number, end: number, status: ComponentStatus): void => {
    const severity = severityOf(status);
    if (end <= start || end <= from || (start >= to && start > from) || severity === 0) return;
    if (start <= from) active[severity]!++;
    else edges.push({ at: start, severity, by: 1 });
    if (end < to) edges.push({ at: end, severity, by: -1 });
  };
  const set = facts.set.toSorted((a, b) => a.at - b.at);
  for (const [i, change] of set.entries())
    span(change.at, set[i + 1]?.at ?? Number.POSITIVE_INFINITY, change.status);
  for (const claim of facts.claims) span(claim.from, claim.to ?? Number.POSITIVE_INFINITY, claim.status);
  for (const hold of facts.holds) span(hold.from, hold.to ?? Number.POSITIVE_INFINITY, 'under_maintenance');
  edges.sort((a, b) => a.at - b.at);

  const changes: Change[] = [{ at: from, status: worstActive(active) }];
  for (const [i, edge] of edges.entries()) {
    active[edge.severity]! += edge.by;
    // Edges of one moment count together, or a status would flicker that nobody ever saw.
    if (edges[i + 1]?.at === edge.at) continue;
    const status = worstActive(active);
    if (status !== changes[changes.length - 1]!.status) changes.push({ at: edge.at, status });
  }
  return changes;
}

/**
 * What one incident says of one component over time (contract, section 5). An update changes what it names and keeps the
 * rest; `operational` takes back; resolved takes everything back; whatever follows that reopens and says only what it
 * names. The first update counts from `startedAt`, none counts earlier. An incident whose first update resolves it (put
 * on record afterwards) said what that names from `startedAt` to the time of that update.
 */
export function claimsOf(updates: readonly SaidUpdate[], startedAt: number, componentId: string): Claim[] {
  const claims: Claim[] = [];
  let open: Claim | null = null;
  const say = (at: number, status: ComponentStatus): void => {
    if (open?.status === status) return;
    if (open !== null && at > open.from) claims.push({ ...open, to: at });
    open = status === 'operational' ? null : { from: at, to: null, status };
  };
  for (const [i, update] of inOrder(updates).entries()) {
    const at = Math.max(update.at, startedAt);
    const said = update.components.findLast(({ id }) => id === componentId);
    if (said !== undefined && (i === 0 || update.status !== 'resolved'))
      say(i === 0 ? startedAt : at, said.status);
    if (update.status === 'resolved') say(at, 'operational');
  }
  if (open !== null) claims.push(open);
  return claims;
}

/**
 * The updates, oldest first, as they count: a resolved incident speaks up to `resolvedAt`, which can be corrected by hand
 * to either side of the update that resolved it (contract, section 5).
 */
export function endedBy(updates: readonly SaidUpdate[], resolvedAt: number | null): readonly SaidUpdate[] {
  if (resolvedAt === null) return updates;
  const open = updates.findLastIndex(({ status }) => status !== 'resolved') + 1;
  // What an incident named when it was put on record as resolved, it said from its start to its end.
  if (open === 0) return updates.slice(0, 1).map((first) => ({ ...first, at: resolvedAt }));
  const spoken = updates.slice(0, open).filter(({ at }, place) => place === 0 || at < resolvedAt);
  spoken[0] = { ...spoken[0]!, at: Math.min(spoken[0]!.at, resolvedAt) };
  return [...spoken, { at: resolvedAt, status: 'resolved', components: [] }];
}

/**
 * Every component that an incident ever named, in the order of naming, with what it says of it now: operational once
 * taken back or resolved (contract, section 5).
 */
export function claimsNow(updates: readonly SaidUpdate[]): Map<string, ComponentStatus> {
  const said = new Map<string, ComponentStatus>();
  for (const update of inOrder(updates)) {
    for (const { id, status } of update.components) said.set(id, status);
    if (update.status === 'resolved') for (const id of said.keys()) said.set(id, 'operational');
  }
  return said;
}

function inOrder(updates: readonly SaidUpdate[]): SaidUpdate[] {
  return updates.toSorted((a, b) => a.at - b.at);
}

function worstActive(active: readonly number[]): ComponentStatus {
  let severity = active.length - 1;
  while (severity > 0 && active[severity] === 0) severity--;
  return COMPONENT_STATUSES[severity]!;
}
