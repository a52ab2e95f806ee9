import { v7 } from 'uuid';
import { addDays, dayOf, dayStart } from '../../../src/domain/calendar.ts';
import type { Rows } from './rows.ts';
import { LOVED, type PageSize } from './spread.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const IN_A_GROUP = 40;
const GROUPED_FROM = 16;
/** Events of a page whose deliveries are still kept. */
const TOLD = 2;
const TOLD_TO_MANY = 5;
const STATUSES = ['degraded_performance', 'partial_outage', 'major_outage'] as const;
const LONGEST_MS = 6 * HOUR_MS;

/** What all pages of one fill share. */
export interface Filling {
  rows: Rows;
  now: number;
  chance: () => number;
  /** A number that was not used before, for ids of the compatible API. */
  next: () => number;
}

interface Filled {
  id: string;
  organization: string;
  size: PageSize;
  components: string[];
  subscribers: string[];
}

const v2Id = (n: number) => n.toString(36).padStart(12, '0').slice(-12);
const idAt = (at: number) => v7({ msecs: at });

/** Writes one page with all that it has, as if the API had been told of it over the days since it came. */
export function fillPage(filling: Filling, size: PageSize, n: number, organization: string): void {
  const { rows, now, next } = filling;
  const created = now - size.days * DAY_MS;
  const id = idAt(created);
  rows.add('pages', {
    id,
    v2_id: v2Id(next()),
    organization_id: organization,
    slug: size.slug,
    name: `Page ${size.slug}`,
    timezone: size.timezone,
    language: 'en',
    languages: '["en"]',
    // Every fifth has a domain of its own, on the operator's word: no name server is asked.
    domain: n % 5 === 4 ? `status-${n}.example` : null,
    domain_routed_at: n % 5 === 4 ? created : null,
    domain_allowed: n % 5 === 4 ? 1 : 0,
    domain_token: `token-${n}`,
    demo: 0,
    revision: 1,
    changed_at: now - DAY_MS,
    days_version: 0,
    open_day: dayOf(now, size.timezone),
    published_revision: 0,
    publish_requested: 0,
    publish_answered: 0,
    created_at: created,
    updated_at: created,
  });
  const page: Filled = { id, organization, size, components: [], subscribers: [] };
  addComponents(filling, page, created);
  addSubscribers(filling, page, created);
  addIncidents(filling, page);
  if (n % 20 === 0) addWindow(filling, page);
}

function addComponents({ rows, next }: Filling, page: Filled, created: number): void {
  const { id, size, components } = page;
  let group: string | null = null;
  let top = 0;
  for (let place = 0; place < size.components; place += 1) {
    if (size.components >= GROUPED_FROM && place % IN_A_GROUP === 0) {
      group = idAt(created);
      top += 1;
      rows.add('groups', {
        ...{ id: group, v2_id: v2Id(next()), page_id: id, name: `Region ${top}`, rank: top },
        ...{ created_at: created, updated_at: created },
      });
    }
    const component = idAt(created);
    components.push(component);
    rows.add('components', {
      ...{ id: component, v2_id: v2Id(next()), page_id: id, group_id: group },
      ...{ name: `Component ${place + 1}`, code: `component-${place + 1}` },
      ...{ top_rank: group === null ? place + 1 : top, rank: place + 1 },
      ...{ set_status: 'operational', status: 'operational', status_since: created, since: created },
      ...{ created_at: created, updated_at: created },
    });
  }
}

function addSubscribers({ rows, now, chance }: Filling, page: Filled, created: number): void {
  for (let n = 0; n < page.size.subscribers; n += 1) {
    const at = Math.round(created + ((now - DAY_MS - created) * n) / page.size.subscribers);
    const id = idAt(at);
    const luck = chance();
    const some = luck > 0.8;
    const status = luck < 0.15 ? 'unsubscribed' : 'active';
    const suppressed = luck >= 0.15 && luck < 0.18;
    rows.add('subscribers', {
      ...{ id, page_id: page.id, email: `reader-${n}@example.com`, email_key: `reader-${n}@example.com` },
      ...{ status, whole_page: some ? 0 : 1, source: 'verified' },
      suppressed_reason: suppressed ? 'mailbox_unknown' : null,
      suppressed_at: suppressed ? at : null,
      verified_at: at,
      unsubscribed_at: status === 'unsubscribed' ? at : null,
      ...{ created_at: at, updated_at: at },
    });
    const component = page.components[n % page.components.length];
    if (some && component !== undefined)
      rows.add('subscriber_components', { subscriber_id: id, component_id: component });
    if (status === 'active' && !suppressed) page.subscribers.push(id);
  }
}

/** Past incidents, one after the other with time between them, so that each counts by itself. */
function addIncidents(filling: Filling, page: Filled): void {
  const { now, chance } = filling;
  const { size } = page;
  const days = new Map<string, { component: string; date: string; down: number[] }>();
  const months = new Set<string>();
  const last = now - DAY_MS;
  const slot = ((size.days - 1) * DAY_MS) / Math.max(1, size.incidents);
  for (let n = 0; n < size.incidents; n += 1) {
    const started = Math.round(last - (size.incidents - n) * slot);
    const length = Math.max(MINUTE_MS, chance() * Math.min(LONGEST_MS, slot * 0.8));
    const ended = Math.round(started + length);
    const first = Math.floor(chance() * page.components.length);
    const named = page.components.slice(first, first + 1 + Math.floor(chance() * 2));
    const worst = Math.floor(chance() * STATUSES.length);
    addIncident(filling, page, { n, started, ended, named, worst });
    months.add(dayOf(started, size.timezone).slice(0, 7));
    for (let at = started; at < ended; ) {
      const date = dayOf(at, size.timezone);
      const end = dayStart(addDays(date, 1), size.timezone);
      const until = Math.min(ended, end);
      for (const component of named) {
        const key = `${component} ${date}`;
        const day = days.get(key) ?? { component, date, down: [0, 0, 0] };
        day.down[worst] = (day.down[worst] ?? 0) + until - at;
        days.set(key, day);
      }
      at = until;
    }
  }
  for (const { component, date, down } of days.values()) {
    const length = dayStart(addDays(date, 1), size.timezone) - dayStart(date, size.timezone);
    const [degraded_performance = 0, partial_outage = 0, major_outage = 0] = down;
    filling.rows.add('component_days', {
      ...{ component_id: component, page_id: page.id, date, under_maintenance: 0 },
      operational: Math.max(0, length - degraded_performance - partial_outage - major_outage),
      ...{ degraded_performance, partial_outage, major_outage },
    });
  }
  for (const month of months)
    filling.rows.add('touches', { page_id: page.id, kind: 'month', ref: month, revision: 1 });
}

interface Past {
  n: number;
  started: number;
  ended: number;
  named: string[];
  worst: number;
}

function addIncident({ rows, next }: Filling, page: Filled, past: Past): void {
  const { n, started, ended, named, worst } = past;
  const id = idAt(started);
  const status = STATUSES[worst] ?? 'degraded_performance';
  rows.add('incidents', {
    ...{ id, v2_id: v2Id(next()), page_id: page.id, title: `Requests to region ${n + 1} fail` },
    ...{ status: 'resolved', impact: (['minor', 'major', 'critical'] as const)[worst] ?? 'minor' },
    ...{ impact_by_hand: 0, started_at: started, resolved_at: ended },
    ...{ created_at: started, updated_at: ended },
  });
  rows.add('touches', { page_id: page.id, kind: 'incident', ref: id, revision: 1 });
  for (const [at, says, of] of [
    [started, 'investigating', status],
    [Math.round((started + ended) / 2), 'identified', status],
    [ended, 'resolved', 'operational'],
  ] as const) {
    const update = idAt(at);
    const body = `The state of things at hour ${n}, told in a sentence or two as people do, with what comes next.`;
    rows.add('incident_updates', {
      ...{ id: update, v2_id: v2Id(next()), incident_id: id, status: says, body, created_at: at },
    });
    for (const [place, component] of named.entries())
      rows.add('update_components', {
        ...{ update_id: update, incident_id: id, component_id: component, name: 'Component' },
        ...{ status: of, place },
      });
    rows.add('audit_events', {
      ...{ id: idAt(at), organization_id: page.organization, page_id: page.id, actor: 'cli' },
      ...{ action: says === 'investigating' ? 'incident.created' : 'incident.updated', subject_id: id },
      ...{ details: JSON.stringify({ status: says }), request_id: null, created_at: at },
    });
  }
  for (const component of named) {
    const shown = (at: number, now: string, previous: string) =>
      rows.add('shown_changes', {
        ...{ component_id: component, page_id: page.id, at, status: now, previous },
      });
    shown(started, status, 'operational');
    shown(ended, 'operational', status);
  }
  const told = page.size.slug === LOVED ? TOLD_TO_MANY : TOLD;
  if (n >= page.size.incidents - told) addDeliveries(rows, page, id, started);
}

function addDeliveries(rows: Rows, page: Filled, subject: string, at: number): void {
  const event = idAt(at);
  rows.add('outbox', {
    ...{ id: event, page_id: page.id, revision: 1, event: 'incident.created', subject_id: subject },
    ...{ payload: '{"component_ids":[]}', created_at: at, fanned_out_at: at },
  });
  for (const recipient of page.subscribers)
    rows.add('deliveries', {
      ...{ id: idAt(at), event_id: event, page_id: page.id, channel: 'email', recipient_id: recipient },
      ...{ subject_id: subject, state: 'sent', attempts: 1, next_attempt_at: at, created_at: at },
      done_at: at,
    });
}

/** Planned for the days to come: the clock looks at it each second. */
function addWindow({ rows, now, next, chance }: Filling, page: Filled): void {
  const id = idAt(now - HOUR_MS);
  const starts = Math.round(now + DAY_MS + chance() * 30 * DAY_MS);
  rows.add('maintenance_windows', {
    ...{ id, v2_id: v2Id(next()), page_id: page.id, title: 'New switches', status: 'scheduled' },
    ...{ starts_at: starts, ends_at: starts + HOUR_MS, overrunning: 0, auto_start: 1, auto_complete: 1 },
    ...{ notify: 1, created_at: now - HOUR_MS, updated_at: now - HOUR_MS },
  });
  rows.add('maintenance_updates', {
    ...{ id: idAt(now - HOUR_MS), v2_id: v2Id(next()), window_id: id, status: 'scheduled' },
    ...{ body: 'We change switches in one row at a time.', created_at: now - HOUR_MS },
  });
  rows.add('window_components', {
    ...{ window_id: id, component_id: page.components[0] ?? '', name: 'Component 1', place: 0 },
  });
  rows.add('touches', { page_id: page.id, kind: 'maintenance', ref: id, revision: 1 });
}
