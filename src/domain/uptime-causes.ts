/** Who is to blame for lost uptime: each moment of an outage goes to one incident, so that shares add up. */
import type { ComponentStatus } from './status.ts';
import type { Change, Claim } from './timeline.ts';
import { LOST_TENTHS } from './uptime.ts';

export type LostStatus = keyof typeof LOST_TENTHS;

/** What one incident says of a component over time. */
export interface Accused {
  id: string;
  startedAt: number;
  claims: readonly Claim[];
}

/** Milliseconds of outage that one incident accounts for; those that none does have the id null: a status set by hand. */
export interface Share {
  id: string | null;
  lost: Record<LostStatus, number>;
}

/**
 * Divides the outages that a component showed in `[from, to)` among incidents. A moment goes to the incident that says
 * what was shown; when several do, to the one that began first.
 *
 * @param shown what it showed; the first entry is at `from` or before
 * @returns the largest share first
 */
export function sharesOf(
  shown: readonly Change[],
  from: number,
  to: number,
  accused: readonly Accused[],
): Share[] {
  const inOrder = accused.toSorted((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
  const shares = new Map<string | null, Share>();
  for (const [place, { at, status }] of shown.entries()) {
    if (!isLost(status)) continue;
    const start = Math.max(at, from);
    const end = Math.min(shown[place + 1]?.at ?? to, to);
    for (const piece of pieces(start, end, inOrder)) {
      const id = inOrder.find((one) => says(one, status, piece.from))?.id ?? null;
      const share = shares.get(id) ?? { id, lost: { partial_outage: 0, major_outage: 0 } };
      share.lost[status] += piece.to - piece.from;
      shares.set(id, share);
    }
  }
  return [...shares.values()].sort((a, b) => tenthsOf(b) - tenthsOf(a));
}

/** Lost time in tenths of a millisecond, weighed by the rule of uptime. */
export function tenthsOf({ lost }: Pick<Share, 'lost'>): number {
  return lost.partial_outage * LOST_TENTHS.partial_outage + lost.major_outage * LOST_TENTHS.major_outage;
}

function isLost(status: ComponentStatus): status is LostStatus {
  return status in LOST_TENTHS;
}

function says({ claims }: Accused, status: ComponentStatus, at: number): boolean {
  return claims.some(
    (claim) => claim.status === status && claim.from <= at && at < (claim.to ?? Number.POSITIVE_INFINITY),
  );
}

/** The time from `start` to `end`, cut wherever an incident begins or ceases to say something. */
function pieces(start: number, end: number, accused: readonly Accused[]): { from: number; to: number }[] {
  if (end <= start) return [];
  const cuts = accused
    .flatMap(({ claims }) => claims.flatMap(({ from, to }) => (to === null ? [from] : [from, to])))
    .filter((at) => at > start && at < end);
  const borders = [start, ...new Set(cuts.sort((a, b) => a - b)), end];
  return borders.slice(1).map((to, place) => ({ from: borders[place]!, to }));
}
