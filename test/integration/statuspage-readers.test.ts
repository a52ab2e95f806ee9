/** Clients that others wrote for Statuspage, unchanged, against a page of ours: only the address is another. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Summary, summaryOf } from '../fixtures/statuspage.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';

const load = createRequire(import.meta.url);
const { Statuspage } = load('statuspage.io') as {
  Statuspage: new (
    id: string,
  ) => {
    setApiUrl(url: string): void;
    api: {
      getSummary(): Promise<Read>;
      getStatus(): Promise<Read>;
      getComponents(): Promise<Read>;
      incidents: Record<'getAll' | 'getUnresolved', () => Promise<Read>>;
      scheduledMaintenances: Record<'getAll' | 'getActive' | 'getUpcoming', () => Promise<Read>>;
    };
  };
};
const { Statuspage: StatuspageJs } = load('statuspage.js') as {
  Statuspage: new (
    id: string,
  ) => Record<
    | 'summary'
    | 'status'
    | 'components'
    | 'allIncidents'
    | 'unresolvedIncidents'
    | 'allScheduledMaintenances'
    | 'activeScheduledMaintenances'
    | 'upcomingScheduledMaintenances',
    () => Promise<Read>
  > & { axios: { defaults: { baseURL: string } } };
};
const { StatusPageClient: Aero } = load('@aero/statuspage') as {
  StatusPageClient: new (
    url: string,
  ) => {
    summary(): Promise<AeroSummary>;
    status(): Promise<{ status: { description: string } }>;
    components(): Promise<{ name: string; children: { name: string }[] }[]>;
    incidents(unresolved?: boolean): Promise<AeroIncident[]>;
  };
};

interface Named {
  id: string;
  name: string;
  status: string;
}

interface Read {
  page: { id: string; name: string; url: string; updated_at: unknown };
  status: { indicator: string; description: string };
  components: (Named & { group_id: string | null })[];
  incidents: (Named & { incident_updates: { body: string; status: string }[]; started_at: unknown })[];
  scheduled_maintenances: Named[];
}

interface AeroIncident {
  id: string;
  url: string;
  updates: unknown[];
}

interface AeroSummary {
  components: { name: string; children: { name: string }[] }[];
  incidents: AeroIncident[];
  maintenances: { name: string }[];
}

let daymark: Daymark;
let root: string;
let source: Summary;
beforeAll(async () => {
  daymark = await startDaymark();
  source = await summaryOf('bad-day');
  const file = join(daymark.dataDir, 'summary.json');
  await writeFile(file, JSON.stringify(source));
  const args = ['import', 'statuspage', file, '--page', 'cloud'];
  const done = await runCli(args, { DATA_DIR: daymark.dataDir });
  expect([done.code, done.stderr]).toEqual([0, '']);
  const say = async (path: string, body: object) => {
    const answer = await daymark.api('POST', `/api/v1/pages/cloud/${path}`, body, { prefer: 'wait=30' });
    expect([answer.status, answer.text]).toEqual([201, answer.text]);
    return (answer.body as { id: string }).id;
  };
  const past = { started_at: '2026-01-01T10:00:00+00:00', resolved_at: '2026-01-01T11:00:00+00:00' };
  const over = await say('incidents', { title: 'Over', body: 'It was.', status: 'resolved', ...past });
  await daymark.api('PUT', `/api/v1/pages/cloud/incidents/${over}/postmortem`, { body: 'Why it was.' });
  const times = { starts_at: '2031-01-01T00:00:00Z', ends_at: '2031-01-01T02:00:00Z' };
  await say('maintenance', { title: 'Planned', body: 'Soon.', ...times });
  const running = await say('maintenance', { title: 'Running', body: 'Soon.', ...times });
  await say(`maintenance/${running}/updates`, { status: 'in_progress', body: 'Now.' });
  root = `${daymark.url}/p/cloud`;
  await until(
    async () => (await daymark.api('GET', '/p/cloud/api/v2/incidents.json')).status === 200,
    'the lists are published',
  );
});
afterAll(() => daymark.stop());

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
const open = () => source.incidents.map(({ name }) => name);

/** What both clients with a method per document must have read. */
function holds(read: { summary: Read; status: Read; components: Read; all: Read; unresolved: Read }): void {
  const { summary, status, components, all, unresolved } = read;
  expect(summary.page).toMatchObject({ id: source.page.id, name: 'DigitalOcean', url: root });
  expect(status.status).toEqual({ indicator: 'major', description: 'Partial System Outage' });
  expect(summary.status).toEqual(status.status);
  expect(components.components).toHaveLength(source.components.length);
  expect(summary.components).toEqual(components.components);
  expect(names(unresolved.incidents)).toEqual(open());
  expect(names(summary.incidents)).toEqual(open());
  expect(names(all.incidents)).toEqual(['Over', ...open()]);
  expect(all.incidents[0]).toMatchObject({
    status: 'postmortem',
    incident_updates: [{ status: 'postmortem', body: 'Why it was.' }, { status: 'resolved' }],
  });
}

describe('A client of Statuspage reads a page that moved here', () => {
  test('statuspage.io 3.3.8', async () => {
    const client = new Statuspage('none');
    client.setApiUrl(root);
    const { api } = client;
    holds({
      summary: await api.getSummary(),
      status: await api.getStatus(),
      components: await api.getComponents(),
      all: await api.incidents.getAll(),
      unresolved: await api.incidents.getUnresolved(),
    });
    // All three of its calls ask for the planned ones.
    for (const call of ['getAll', 'getActive', 'getUpcoming'] as const)
      expect(names((await api.scheduledMaintenances[call]()).scheduled_maintenances)).toEqual(['Planned']);
  });

  test('statuspage.js, which takes every time for a date', async () => {
    const client = new StatuspageJs('none');
    client.axios.defaults.baseURL = `${root}/api/v2`;
    const summary = await client.summary();
    holds({
      summary,
      status: await client.status(),
      components: await client.components(),
      all: await client.allIncidents(),
      unresolved: await client.unresolvedIncidents(),
    });
    expect(summary.page.updated_at).toBeInstanceOf(Date);
    expect(summary.incidents[0]!.started_at).toEqual(new Date(source.incidents[0]!.started_at));
    const windows = async (read: () => Promise<Read>) => names((await read()).scheduled_maintenances).sort();
    expect(await windows(() => client.allScheduledMaintenances())).toEqual(['Planned', 'Running']);
    expect(await windows(() => client.activeScheduledMaintenances())).toEqual(['Running']);
    expect(await windows(() => client.upcomingScheduledMaintenances())).toEqual(['Planned']);
  });

  test('@aero/statuspage, which puts components into their groups', async () => {
    // Its HTTP client needs connections of its own version; this process has newer ones already.
    const { Agent, setGlobalDispatcher } = createRequire(load.resolve('@aero/http'))('undici') as {
      Agent: new () => unknown;
      setGlobalDispatcher(agent: unknown): void;
    };
    setGlobalDispatcher(new Agent());
    const client = new Aero(root);
    const summary = await client.summary();
    expect(names(summary.components)).toEqual(['Regions', 'Services']);
    expect(summary.components.map(({ children }) => children.length)).toEqual([15, 23]);
    expect(names(summary.maintenances).sort()).toEqual(['Planned', 'Running']);
    expect(summary.incidents.map(({ id }) => id)).toEqual(source.incidents.map(({ id }) => id));
    expect(summary.incidents[0]!.url).toMatch(`${root}/incidents/`);
    expect(await client.incidents()).toHaveLength(4);
    expect(names(await client.components())).toEqual(['Regions', 'Services']);
    expect((await client.status()).status.description).toBe('Partial System Outage');
    // Last: from here on its own paths have an `incidents/` too many.
    expect((await client.incidents(true)).map(({ updates }) => updates.length)).toEqual(
      source.incidents.map(({ incident_updates }) => incident_updates.length),
    );
  });
});
