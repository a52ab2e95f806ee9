/** What the board shows: components in their order with what holds them, and what is open. */
import type { BoardRow, BoardSection } from '../../components/console/board.ts';
import type { OpenRow } from '../../components/console/open-now.ts';
import { type ComponentStatus, componentStatus, worstOf } from '../../domain/status.ts';
import type { Form } from '../../http/form.ts';
import { type ComponentLine, linesOf } from '../../manage/board.ts';
import { getComponents } from '../../manage/component-queries.ts';
import { type PublishingState, publishingState } from '../../manage/publishing-state.ts';
import { listIncidents, listMaintenance } from '../../manage/queries.ts';
import { markOfImpact } from '../../render/view/mark.ts';
import { ago, incidentWords, listed, spell, statusWords, windowWords } from '../../text/console-words.ts';
import { toldOf } from './_messages.ts';
import type { Desk } from './_page.ts';

/** So many open incidents, and windows, stand on the board. */
const OPEN_SHOWN = { limit: 50, offset: 0 };

export interface BoardView {
  publishing: PublishingState;
  open: OpenRow[];
  sections: BoardSection[];
  groups: readonly { id: string; name: string }[];
}

export async function boardOf(desk: Desk): Promise<BoardView> {
  const { me, page } = desk;
  const { read } = me.services;
  const [{ components, groups }, open] = await Promise.all([linesOf(read, page.id), openRows(desk)]);
  const planned = await plannedFor(desk);
  return {
    publishing: publishingState(page),
    open,
    sections: sectionsOf(components, groups, planned),
    groups,
  };
}

/** Open incidents and running or overrunning windows, with what there is to know of them in one line. */
export async function openRows(
  desk: Pick<Desk, 'me' | 'page' | 'root' | 'now' | 'dates'>,
): Promise<OpenRow[]> {
  const { me, page, root, now, dates } = desk;
  const { read } = me.services;
  const [incidents, windows] = await Promise.all([
    listIncidents(read, page.id, 'active', OPEN_SHOWN),
    listMaintenance(read, page.id, 'active', OPEN_SHOWN),
  ]);
  const told = new Map<string, string>();
  for (const { id } of incidents.items) {
    const words = await toldOf({ me, page, now }, id);
    if (words) told.set(id, words);
  }
  return [
    ...incidents.items.map((incident): OpenRow => {
      const last = incident.updates[0]!;
      const due = incident.nextUpdateAt;
      return {
        kind: 'incident',
        title: incident.title,
        href: `${root}incidents/${incident.id}/`,
        mark: markOfImpact(incident.impact),
        facts: [
          incidentWords[incident.status],
          spell(now - incident.startedAt),
          `last update ${ago(last.createdAt, now)}`,
          ...(told.has(incident.id) ? [told.get(incident.id)!] : []),
          ...(due !== null && due > now ? [`next promised by ${dates.moment(due, now)}`] : []),
        ],
        overdue: due !== null && due <= now ? `An update was promised by ${dates.moment(due, now)}.` : null,
      };
    }),
    ...windows.items.map(
      (window): OpenRow => ({
        kind: 'maintenance',
        title: window.title,
        href: `${root}maintenance/${window.id}/`,
        mark: 'under_maintenance',
        facts: [windowWords[window.status], `planned until ${dates.moment(window.endsAt, now)}`],
        overdue: window.overrunning ? `It should have ended at ${dates.moment(window.endsAt, now)}.` : null,
      }),
    ),
  ];
}

/** The next window of each component that is planned, in words. */
async function plannedFor({ me, page, now, dates }: Desk): Promise<Map<string, string>> {
  const { items } = await listMaintenance(me.services.read, page.id, 'upcoming', OPEN_SHOWN);
  const planned = new Map<string, string>();
  for (const window of items.sort((a, b) => b.startsAt - a.startsAt)) {
    for (const { id } of window.components)
      planned.set(id, `maintenance on ${dates.dated(window.startsAt, now)}`);
  }
  return planned;
}

function rowOf(component: ComponentLine, planned: ReadonlyMap<string, string>): BoardRow {
  const { id, name, status, holder } = component;
  const why = holder && {
    text: `by ${holder.title}`,
    path: `${holder.type === 'incident' ? 'incidents' : 'maintenance'}/${holder.id}/`,
  };
  return { id, name, status, why, note: why ? null : (planned.get(id) ?? null) };
}

function sectionsOf(
  components: readonly ComponentLine[],
  groups: readonly { id: string; name: string }[],
  planned: ReadonlyMap<string, string>,
): BoardSection[] {
  const sections: BoardSection[] = [];
  const names = new Map(groups.map(({ id, name }) => [id, name]));
  for (const component of components) {
    const id = component.groupId;
    let section = sections.at(-1);
    if (!section || section.id !== id) {
      section = { id, name: id === null ? null : (names.get(id) ?? null), status: 'operational', rows: [] };
      sections.push(section);
    }
    section.rows.push(rowOf(component, planned));
  }
  for (const section of sections) section.status = worstOf(section.rows.map(({ status }) => status));
  const shown = new Set(sections.map(({ id }) => id));
  const empty = groups.filter(({ id }) => !shown.has(id));
  return [
    ...sections,
    ...empty.map(({ id, name }) => ({ id, name, status: 'operational' as const, rows: [] })),
  ];
}

/** What a form of the board sets: one component by its own button, or those that are ticked by the bar's. */
export function ownStatuses(form: Form): { id: string; status: ComponentStatus }[] {
  const one = /^([^:]+):(\w+)$/.exec(form.text('set'));
  const pairs = one ? [[one[1], one[2]]] : form.all('component').map((id) => [id, form.text('all')]);
  return pairs.flatMap(([id, text]) => {
    const status = componentStatus.safeParse(text);
    return id && status.success ? [{ id, status: status.data }] : [];
  });
}

/** What was done, and what it did not change: an incident may hold a component worse than what is set on it. */
export async function saidOfStatuses(
  read: Desk['me']['services']['read'],
  pageId: string,
  list: readonly { id: string; status: ComponentStatus }[],
  live: string,
): Promise<string> {
  const components = await getComponents(
    read,
    pageId,
    list.map(({ id }) => id),
  );
  const names = components.map(({ name }) => name);
  const what =
    names.length > 3
      ? `${names.length} components are`
      : `${listed(names)} ${names.length === 1 ? 'is' : 'are'}`;
  const held = components.filter(({ status, setStatus }) => status !== setStatus);
  const holder = held[0]?.heldBy.find(({ status }) => status === held[0]!.status);
  const but = holder
    ? ` But “${holder.title}” still holds ${held.length === 1 ? held[0]!.name : `${held.length} of them`} at “${statusWords[held[0]!.status]}”: post an update there to take that back.`
    : '';
  return `${what} set to “${statusWords[list[0]!.status]}”.${but} ${live}`.trim();
}
