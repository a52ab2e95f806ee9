/** What happened to whom on which of the last 90 days, for the stories that the script tells at the bars. */
import type { PageSnapshot } from '../../snapshot/schema.ts';

/**
 * The incidents and windows of the days shown, a line each, as `src/client/bar-days.ts` reads it: `i` or `m` and the id,
 * the first and the last day, the places of the components in the list, the title. Empty without any.
 */
export function dayEvents(snapshot: PageSnapshot): string {
  const { days, asOf } = snapshot;
  const places = new Map(snapshot.components.map(({ id }, place) => [id, place]));
  const dayOf = (at: number) => days.findLastIndex(({ start }) => start <= at);
  const line = (
    reference: string,
    title: string,
    [start, end]: [number, number | null],
    components: readonly { id: string }[],
  ): string[] => {
    const [first, last] = [dayOf(start), dayOf(end ?? asOf)];
    const named = components.flatMap(({ id }) => places.get(id) ?? []);
    if (last < 0 || named.length === 0) return [];
    return [`${reference} ${Math.max(first, 0)} ${last} ${named.join()} ${title}`];
  };
  return [
    ...snapshot.incidents.flatMap(({ id, title, startedAt, resolvedAt, components }) =>
      line(`i${id}`, title, [startedAt, resolvedAt], components),
    ),
    ...snapshot.maintenance.flatMap(({ id, title, startedAt, completedAt, components }) =>
      startedAt === null ? [] : line(`m${id}`, title, [startedAt, completedAt], components),
    ),
  ].join('\n');
}
