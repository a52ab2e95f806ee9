import { type ComponentStatus, type Impact, severityOf, worstOf } from './status.ts';

/** What the page says in one line; the words come from the dictionaries. */
export type HeadlineKind = ComponentStatus | 'incident_open' | 'nothing_listed';

export interface Headline {
  kind: HeadlineKind;
  /** Decides mark, tint, title, favicon and badge. */
  mark: ComponentStatus;
  /** Components worse than under_maintenance. */
  affected: number;
  components: number;
  openIncidents: number;
  /** Start of the earliest open incident. */
  openSince: number | null;
}

/**
 * The headline of a page (contract, section 7): the worst component in words, but a major outage only when half or more
 * of the components are in one; an open incident while all is operational gets a headline of its own.
 */
export function headlineOf(
  statuses: readonly ComponentStatus[],
  openIncidents: readonly { impact: Impact; startedAt: number }[],
): Headline {
  const worst = worstOf(statuses);
  const facts = {
    affected: statuses.filter((status) => severityOf(status) > severityOf('under_maintenance')).length,
    components: statuses.length,
    openIncidents: openIncidents.length,
    openSince:
      openIncidents.length > 0 ? Math.min(...openIncidents.map((incident) => incident.startedAt)) : null,
  };
  if (worst === 'operational' && openIncidents.length > 0) {
    const severe = openIncidents.some(({ impact }) => impact === 'major' || impact === 'critical');
    return { kind: 'incident_open', mark: severe ? 'major_outage' : 'degraded_performance', ...facts };
  }
  if (statuses.length === 0) return { kind: 'nothing_listed', mark: 'operational', ...facts };
  if (worst === 'major_outage') {
    const down = statuses.filter((status) => status === 'major_outage').length;
    const kind = down * 2 >= statuses.length ? 'major_outage' : 'partial_outage';
    return { kind, mark: kind, ...facts };
  }
  return { kind: worst, mark: worst, ...facts };
}
