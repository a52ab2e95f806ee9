/** What the composer's form says, and what it shows: of a new incident, and of an update. */
import type { AffectedRow, Choice, ComposerView } from '../../components/console/composer.ts';
import {
  type ComponentStatus,
  componentStatus,
  type Impact,
  type IncidentStatus,
  impact,
  incidentStatus,
} from '../../domain/status.ts';
import type { Form } from '../../http/form.ts';
import { onceToken } from '../../http/form-once.ts';
import { audienceOf } from '../../manage/audience.ts';
import { type ComponentRecord, listComponents } from '../../manage/component-queries.ts';
import { fieldTime, timeOfField } from './_local-time.ts';
import type { Desk } from './_page.ts';

const MINUTE_MS = 60_000;
const ALL = { limit: 5_000, offset: 0 };
/** What a component becomes that was just chosen, unless it is worse already. */
const FIRST_GUESS: ComponentStatus = 'partial_outage';

/** What the composer begins with: nothing, a template, or an incident as it is. */
export interface Beginning {
  status: IncidentStatus;
  title: string | null;
  body: string;
  components: readonly { id: string; status: ComponentStatus }[];
  /** Named already, and so not to be removed. */
  named: ReadonlySet<string>;
  nextUpdateAt: number | null;
  /** The newest update; null of a new incident. */
  seen: string | null;
}

export const NOTHING: Beginning = {
  status: 'investigating',
  title: '',
  body: '',
  components: [],
  named: new Set(),
  nextUpdateAt: null,
  seen: null,
};

/** The form as it stands: sent, or as it begins. */
export interface Composed {
  status: IncidentStatus;
  said: { id: string; status: ComponentStatus }[];
  impact: Impact | null;
  next: string;
  nextAt: string;
  notify: boolean;
}

/** Reads what was sent; of a form that was not, what it begins with and the address asks for. */
export function composedOf(
  form: Form,
  query: URLSearchParams,
  begin: Beginning,
  components: ReadonlyMap<string, ComponentRecord>,
): Composed {
  const chosen = (id: string) => {
    const shown = components.get(id)?.status ?? 'operational';
    const isWorse = shown === 'major_outage' || shown === 'partial_outage';
    return { id, status: isWorse ? shown : FIRST_GUESS };
  };
  if (!form.sent) {
    const asked = query.getAll('component').filter((id) => components.has(id));
    const said = [...begin.components];
    for (const id of new Set(asked)) if (!said.some((one) => one.id === id)) said.push(chosen(id));
    const status = incidentStatus.safeParse(query.get('status'));
    return {
      status: status.success ? status.data : begin.status,
      said,
      impact: null,
      next: begin.nextUpdateAt === null ? (begin.seen === null ? '30' : 'none') : 'keep',
      nextAt: '',
      notify: true,
    };
  }
  const said = form.entries().flatMap(([name, value]) => {
    const id = name.startsWith('c:') ? name.slice(2) : null;
    const status = componentStatus.safeParse(value);
    return id !== null && status.success ? [{ id, status: status.data }] : [];
  });
  const status = incidentStatus.safeParse(form.text('status'));
  const weight = impact.safeParse(form.text('impact'));
  const pressed = form.pressed('do') ?? '';
  const removed = pressed.startsWith('remove:') ? pressed.slice('remove:'.length) : null;
  const added = form.text('add');
  const kept = said.filter(({ id }) => id !== removed);
  if (components.has(added) && !kept.some(({ id }) => id === added)) kept.push(chosen(added));
  return {
    status: status.success ? status.data : begin.status,
    said: kept,
    impact: weight.success ? weight.data : null,
    next: form.text('next') || 'none',
    nextAt: form.text('next_at'),
    notify: form.text('asked') !== 'notify' || form.isTicked('notify', 'yes'),
  };
}

/** When more is promised, as the API takes it. @throws DomainError invalid (next_at) */
export function promisedOf(
  composed: Composed,
  begin: Beginning,
  { now, page }: Pick<Desk, 'now' | 'page'>,
): string | null {
  if (composed.status === 'resolved') return null;
  if (composed.next === 'keep')
    return begin.nextUpdateAt === null ? null : new Date(begin.nextUpdateAt).toISOString();
  if (composed.next === 'at') return timeOfField(composed.nextAt, page.timezone, 'next_at') ?? null;
  const minutes = Number(composed.next);
  return Number.isInteger(minutes) && minutes > 0 ? new Date(now + minutes * MINUTE_MS).toISOString() : null;
}

/** What changes of what the incident says: named ones that stay as they are need not be named again. */
export function newlySaid(composed: Composed, begin: Beginning): { id: string; status: ComponentStatus }[] {
  const before = new Map(begin.components.map(({ id, status }) => [id, status]));
  return composed.said.filter(({ id, status }) => before.get(id) !== status);
}

/** The components of a page, by id, in their order. */
export async function componentsById({
  me,
  page,
}: Pick<Desk, 'me' | 'page'>): Promise<Map<string, ComponentRecord>> {
  const { items } = await listComponents(me.services.read, page.id, null, ALL);
  return new Map(items.map((one) => [one.id, one]));
}

export function rowsOf(
  composed: Composed,
  begin: Beginning,
  components: ReadonlyMap<string, ComponentRecord>,
): AffectedRow[] {
  return composed.said.flatMap(({ id, status }) => {
    const component = components.get(id);
    return component ? [{ id, name: component.name, status, removable: !begin.named.has(id) }] : [];
  });
}

export function choicesOf(
  components: ReadonlyMap<string, ComponentRecord>,
  composed?: Pick<Composed, 'said'>,
): Choice[] {
  const taken = new Set(composed?.said.map(({ id }) => id));
  const choices: Choice[] = [];
  for (const { id, name, group } of components.values()) {
    if (taken.has(id)) continue;
    const last = choices.at(-1);
    if (last && last.group === (group?.name ?? null)) last.options.push({ id, name });
    else choices.push({ group: group?.name ?? null, options: [{ id, name }] });
  }
  return choices;
}

/**
 * @param place below the page's root: `incidents/new/`
 * @param isNew false of an update
 */
export async function composerView(
  desk: Desk,
  form: Form,
  place: string,
  begin: Beginning,
  composed: Composed,
  components: ReadonlyMap<string, ComponentRecord>,
): Promise<ComposerView> {
  const { me, page, root, now, dates } = desk;
  const isNew = begin.seen === null;
  const named = [...new Set([...composed.said.map(({ id }) => id), ...begin.named])];
  const { mails, webhooks } = await audienceOf(me.services.read, page.id, named);
  const query = isNew ? '' : `?incident=${place.split('/')[1] ?? ''}`;
  return {
    action: `${root}${place}${isNew ? '' : '#update'}`,
    previewAt: `${root}preview/${query}`,
    toldAt: `${root}told/${query}`,
    draft: root + place,
    fresh: !form.sent && begin.body === '' && composed.said.length === begin.components.length,
    once: onceToken(form),
    seen: begin.seen,
    title: begin.title === null ? null : form.field('title', begin.title),
    body: form.field('body', begin.body),
    status: composed.status,
    rows: rowsOf(composed, begin, components),
    choices: choicesOf(components, composed),
    impact: isNew ? composed.impact : undefined,
    impactHint: composed.impact === null ? 'Impact: from the components' : 'Impact: chosen by hand',
    nextUpdate: composed.next === 'at' ? composed.nextAt || 'T' : composed.next,
    promised: begin.nextUpdateAt === null ? null : `Promised by ${dates.moment(begin.nextUpdateAt, now)}`,
    zone: page.timezone,
    notify: composed.notify,
    mails,
    webhooks,
    past: isNew
      ? {
          startedAt: form.field('started_at', fieldTime(null, page.timezone)),
          resolvedAt: form.field('resolved_at', fieldTime(null, page.timezone)),
          open: form.text('started_at') !== '' || form.text('resolved_at') !== '',
        }
      : null,
  };
}
