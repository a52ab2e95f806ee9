/** What happened to whom on which of the last 90 days, for the stories that the script tells at the bars. */
import type { PageSnapshot } from '../../snapshot/schema.ts';

/** So many of the newest lead to their page: an id can't be compressed, and who looks far back has the history. */
const LINKED = 8;

/**
 * The incidents and windows of the days shown, a line each, as `src/client/bar-days.ts` reads it: `i` or `m` and, of the
 * newest, the id; the day, or the first and the last; the places of the components in the list, the title. Empty without any.
 */
export function dayEvents(snapshot: PageSnapshot): string {
  const { days, asOf } = snapshot;
  const places = new Map(snapshot.components.map(({ id }, place) => [id, place]));
  const dayOf = (at: number) => days.findLastIndex(({ start }) => start <= at);
  const events = [
    ...snapshot.incidents.map((incident) => ({ kind: 'i', ...incident, endedAt: incident.resolvedAt })),
    ...snapshot.maintenance.flatMap(({ startedAt, ...window }) =>
      startedAt === null ? [] : { kind: 'm', ...window, startedAt, endedAt: window.completedAt },
    ),
  ];
  return events
    .sort((a, b) => b.startedAt - a.startedAt)
    .map(({ endedAt, startedAt, components, ...event }) => ({
      ...event,
      first: Math.max(0, dayOf(startedAt)),
      last: dayOf(endedAt ?? asOf),
      named: components.flatMap(({ id }) => places.get(id) ?? []),
    }))
    .filter(({ last, named }) => last >= 0 && named.length > 0)
    .map(
      ({ kind, id, first, last, named, title }, rank) =>
        `${kind}${rank < LINKED ? id : ''} ${first}${last > first ? `-${last}` : ''} ${named.join()} ${title}`,
    )
    .join('\n');
}
