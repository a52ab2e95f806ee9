/** What happened to whom on which of the last 90 days, for the stories that the script tells at the bars. */
import type { PageSnapshot } from '../../snapshot/schema.ts';
import { paths } from '../paths.ts';
import type { ViewContext } from './context.ts';

/** Title, address, first and last day, and the places of the components in the list: as `src/client` reads it. */
export type DayEvent = [title: string, href: string, first: number, last: number, components: number[]];

/** The incidents and windows of the days shown, as JSON; empty without any. */
export function dayEventsJson({ base }: ViewContext, snapshot: PageSnapshot): string {
  const { days } = snapshot;
  const places = new Map(snapshot.components.map(({ id }, place) => [id, place]));
  const dayOf = (at: number) => days.findLastIndex(({ start }) => start <= at);
  const entry = (
    title: string,
    path: string,
    [start, end]: [number, number | null],
    components: readonly { id: string }[],
  ): DayEvent[] => {
    const [first, last] = [dayOf(start), dayOf(end ?? snapshot.asOf)];
    const named = components.flatMap(({ id }) => places.get(id) ?? []);
    return last < 0 || named.length === 0 ? [] : [[title, base + path, Math.max(first, 0), last, named]];
  };
  const events = [
    ...snapshot.incidents.flatMap(({ id, title, startedAt, resolvedAt, components }) =>
      entry(title, paths.incident(id), [startedAt, resolvedAt], components),
    ),
    ...snapshot.maintenance.flatMap(({ id, title, startedAt, completedAt, components }) =>
      startedAt === null ? [] : entry(title, paths.maintenance(id), [startedAt, completedAt], components),
    ),
  ];
  return events.length === 0 ? '' : JSON.stringify(events);
}
