/**
 * The demo: an invented provider on a day with an outage, and its last months. It is lived through again by the verbs
 * with a clock of its own, so everything in it is as it would be on a real page. Nobody is told.
 */
import { sql } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import { freeSlug } from '../domain/slug.ts';
import type { Actor, Manager } from './command.ts';
import { createComponent } from './components.ts';
import { closeDays } from './days.ts';
import { type Act, BY_THE_CLOCK, iso, livedThrough, maintained, type Stage, told } from './demo/acts.ts';
import { OLDER_INCIDENTS } from './demo/older-incidents.ts';
import { RECENT_INCIDENTS } from './demo/recent-incidents.ts';
import { PAST_WINDOWS } from './demo/windows.ts';
import { createGroup } from './groups.ts';
import { planMaintenance } from './maintenance.ts';
import { inOneTransaction } from './one-transaction.ts';
import { createOrganization } from './organizations.ts';
import { createPage } from './pages.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const PAGE_AGE_DAYS = 160;
const OPEN_SINCE_MINUTES = 48;
const PLANNED_IN_DAYS = 5;

/** Groups and their components, with what is said of some. */
const STRUCTURE: [group: string, components: [name: string, description?: string][]][] = [
  ['Compute', [['Zürich (ZRH)'], ['Geneva (GVA)'], ['Frankfurt (FRA)'], ['Warsaw (WAW)'], ['Dublin (DUB)']]],
  [
    'Storage',
    [
      ['Block storage, Zürich', 'Volumes of servers in Zürich and Geneva.'],
      ['Block storage, Frankfurt', 'Volumes of servers in Frankfurt, Warsaw and Dublin.'],
      ['Object storage', 'Buckets, in all locations.'],
    ],
  ],
  [
    'Network',
    [
      ['Edge and peering', 'Connections to the internet, in all locations.'],
      ['DNS'],
      ['Load balancers'],
      ['VPN'],
    ],
  ],
  [
    'Control plane',
    [
      ['API'],
      ['Console'],
      ['Sign-in'],
      ['Billing'],
      ['Metrics and logs', 'Figures and logs of servers; monitoring by customers.'],
    ],
  ],
];

export interface Demo {
  organizationId: string;
  organizationSlug: string;
  pageId: string;
  pageSlug: string;
}

/** Loads the demo organization "Northwind" with its page, in one transaction; the same `manager.now()` tells the same story. */
export async function loadDemo(manager: Manager): Promise<Demo> {
  const now = manager.now();
  return inOneTransaction(manager, async (inside) => {
    const at = (moment: number): Manager => ({ ...inside, now: () => moment });
    const today = now - (now % DAY_MS);
    const born = at(today - PAGE_AGE_DAYS * DAY_MS);
    const organization = await createOrganization(born, 'Northwind');
    const actor: Actor = { organizationId: organization.id, name: 'cli', pageIds: null };
    const slug = await freePageSlug(inside);
    const page = { name: 'Northwind Cloud', slug, accent: '#3046c8' };
    const { value: pageId } = await createPage(born, actor, page, { demo: true });
    const stage: Stage = { actor, pageId, components: await build(born, actor, pageId) };
    const acts = [
      ...[...OLDER_INCIDENTS, ...RECENT_INCIDENTS].flatMap((incident) =>
        livedThrough(stage, incident, today),
      ),
      ...PAST_WINDOWS.flatMap((window) => maintained(stage, window, today)),
      ...present(stage, now),
    ];
    for (const act of acts.sort((a, b) => a.at - b.at)) await act.run(at(act.at));
    await closeDays(at(now), pageId);
    return { organizationId: organization.id, organizationSlug: organization.slug, pageId, pageSlug: slug };
  });
}

async function freePageSlug({ store }: Manager): Promise<string> {
  const wanted = 'northwind';
  const rows = await store.read.all<{ slug: string }>(
    sql`select slug from ${pages} where slug like ${`${wanted}%`}`,
  );
  const taken = new Set(rows.map((row) => row.slug));
  return freeSlug(wanted, 'page', (one) => taken.has(one));
}

async function build(manager: Manager, actor: Actor, pageId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [group, components] of STRUCTURE) {
    const { value: groupId } = await createGroup(manager, actor, pageId, { name: group });
    for (const [name, description] of components) {
      const { value } = await createComponent(manager, actor, pageId, {
        name,
        description,
        group_id: groupId,
      });
      ids.set(name, value);
    }
  }
  return ids;
}

/** Today's outage, and the work that is planned. */
function present(stage: Stage, now: number): Act[] {
  const { actor, pageId, components } = stage;
  const from = now - (now % MINUTE_MS) - OPEN_SINCE_MINUTES * MINUTE_MS;
  const outage = told(stage, {
    title: 'Block storage in Frankfurt does not answer',
    updates: [
      {
        at: from,
        status: 'investigating',
        body: 'We see errors on block storage in Frankfurt and are looking into it.',
        says: { 'Block storage, Frankfurt': 'major_outage' },
      },
      {
        at: from + 7 * MINUTE_MS,
        status: 'investigating',
        body: 'Volumes in Frankfurt can hang on read and write. Virtual machines that boot from them may stop.',
        says: { 'Frankfurt (FRA)': 'partial_outage' },
      },
      {
        at: from + 33 * MINUTE_MS,
        status: 'identified',
        body: 'A firmware fault took both controllers of one storage cluster down. We are moving volumes to the second cluster; about a third are back. Your data is safe.',
        says: { 'Object storage': 'degraded_performance' },
        nextUpdateAt: from + 75 * MINUTE_MS,
      },
    ],
  });
  const day = now - (now % DAY_MS) + PLANNED_IN_DAYS * DAY_MS;
  const planned: Act = {
    at: now - DAY_MS,
    run: (manager) =>
      planMaintenance(manager, actor, pageId, {
        title: 'Router replacement in Geneva',
        body: 'Traffic moves to the second router. Expect one break of under a minute.',
        starts_at: iso(day + 6 * HOUR_MS),
        ends_at: iso(day + 8 * HOUR_MS),
        component_ids: ['Geneva (GVA)', 'Edge and peering'].map((name) => components.get(name)!),
        ...BY_THE_CLOCK,
      }),
  };
  return [...outage, planned];
}
