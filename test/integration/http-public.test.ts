import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

interface Named {
  id: string;
  name: string;
}

const WAIT = { prefer: 'wait=30' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;
const NOTHING_DOWN = {
  operational: 0,
  degraded_performance: 0,
  partial_outage: 0,
  major_outage: 0,
  under_maintenance: 0,
};

let daymark: Daymark;
let group: Named;
let zurich: Named;
let geneva: Named;
let incident: { id: string };
let window: { id: string };
let last: Answer;

async function make<T>(path: string, body: object): Promise<T> {
  last = await daymark.api('POST', `/api/v1/pages/acme/${path}`, body, WAIT);
  expect(last.status).toBe(201);
  return last.body as T;
}

const read = (path: string, headers = {}) =>
  daymark.api('GET', path, undefined, { authorization: '', ...headers });

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme <Cloud> & Söhne', slug: 'acme' });
});
afterAll(() => daymark.stop());

test('A page without anything on it is operational', async () => {
  const status = await read('/api/v1/status');
  expect(status.body).toMatchObject({ status: 'operational', indicators: NOTHING_DOWN });
  expect((await read('/api/v1/components')).body).toEqual([]);
  expect((await read('/api/v1/incidents')).body).toEqual([]);
  expect((await read('/api/v1/maintenance')).body).toEqual([]);
  expect((await read('/api/v1/components')).headers['x-total-count']).toBe('0');
});

describe('Once there is something to tell', () => {
  beforeAll(async () => {
    group = await make('groups', { name: 'Locations' });
    zurich = await make('components', {
      name: 'Zurich (ZRH)',
      code: 'zrh',
      description: 'Zurich, Switzerland',
      group_id: group.id,
    });
    geneva = await make('components', { name: 'Geneva' });
    incident = await make('incidents', {
      title: 'Packet loss',
      body: 'We are **looking**.',
      components: [{ id: zurich.id, status: 'partial_outage' }],
    });
    const now = Date.now();
    window = await make('maintenance', {
      title: 'New routers',
      body: 'One break.',
      starts_at: new Date(now - 60_000).toISOString(),
      ends_at: new Date(now + 3_600_000).toISOString(),
      component_ids: [geneva.id],
    });
  });

  test('The status has exactly the fields of the reference, in its order', async () => {
    const { body } = await read('/api/v1/status');
    expect(Object.keys(body as object)).toEqual([
      'status',
      'indicators',
      'active_incidents',
      'scheduled_maintenance',
      'last_updated',
    ]);
    expect(body).toEqual({
      status: 'partial_outage',
      indicators: { ...NOTHING_DOWN, partial_outage: 1, under_maintenance: 1 },
      active_incidents: 1,
      scheduled_maintenance: 1,
      last_updated: expect.stringMatching(TIME),
    });
    expect(Object.keys((body as { indicators: object }).indicators)).toEqual(Object.keys(NOTHING_DOWN));
  });

  test('Components are a bare array, each with the six fields of the reference first', async () => {
    const { body } = await read('/api/v1/components');
    const fields = ['id', 'name', 'code', 'status', 'description', 'position', 'group'];
    for (const one of body as object[]) expect(Object.keys(one)).toEqual(fields);
    expect(body).toEqual([
      {
        id: expect.stringMatching(UUID),
        name: 'Zurich (ZRH)',
        code: 'zrh',
        status: 'partial_outage',
        description: 'Zurich, Switzerland',
        position: 1,
        group: { id: group.id, name: 'Locations' },
      },
      {
        id: geneva.id,
        name: 'Geneva',
        code: 'geneva',
        status: 'under_maintenance',
        description: '',
        position: 2,
        group: null,
      },
    ]);
  });

  test('One component is the same object, and one that is not there a 404 in JSON', async () => {
    const list = (await read('/api/v1/components')).body as object[];
    expect((await read(`/api/v1/components/${zurich.id}`)).body).toEqual(list[0]);
    const none = await read('/api/v1/components/01a00000-0000-7000-8000-000000000000', {
      accept: 'text/html',
    });
    expect(none.status).toBe(404);
    expect(none.body).toEqual({ detail: expect.any(String) });
    expect(none.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('Incidents say what happened, newest update first', async () => {
    const list = await read('/api/v1/incidents');
    const one = await read(`/api/v1/incidents/${incident.id}`);
    expect((list.body as object[])[0]).toEqual(one.body);
    const said = [{ id: zurich.id, name: 'Zurich (ZRH)', status: 'partial_outage' }];
    expect(one.body).toEqual({
      id: incident.id,
      title: 'Packet loss',
      status: 'investigating',
      impact: 'minor',
      started_at: expect.stringMatching(TIME),
      resolved_at: null,
      next_update_at: null,
      created_at: expect.stringMatching(TIME),
      updated_at: expect.stringMatching(TIME),
      components: said,
      updates: [
        {
          id: expect.stringMatching(UUID),
          status: 'investigating',
          body: 'We are **looking**.',
          created_at: expect.stringMatching(TIME),
          edited_at: null,
          components: said,
        },
      ],
      postmortem: null,
    });
  });

  test('Maintenance says when, and whether it is under way', async () => {
    const one = await read(`/api/v1/maintenance/${window.id}`);
    expect((await read('/api/v1/maintenance')).body).toEqual([one.body]);
    expect(Object.keys(one.body as object)).toEqual(
      'id title status starts_at ends_at started_at completed_at overrunning auto_start auto_complete remind_before_minutes created_at updated_at components updates'.split(
        ' ',
      ),
    );
    expect(one.body).toMatchObject({
      status: 'in_progress',
      completed_at: null,
      overrunning: false,
      components: [{ id: geneva.id, name: 'Geneva' }],
    });
    const { started_at, starts_at } = one.body as Record<string, string>;
    expect(started_at).toBe(starts_at);
  });

  test('Uptime lists every component with its days, and the same as a table', async () => {
    const { body } = await read('/api/v1/uptime');
    const { rule, components } = body as { rule: string; components: Record<string, unknown>[] };
    expect(rule).toContain('30 %');
    expect(components.map(({ id }) => id)).toEqual([zurich.id, geneva.id]);
    expect(Object.keys(components[0]!)).toEqual(['id', 'name', 'percent', 'days']);
    expect(Object.keys(components[0]!.percent as object)).toEqual(['1', '7', '30', '90']);
    const csv = await read('/api/v1/uptime.csv');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.text).toContain(zurich.id);
  });

  test('The feeds tell of it in their own formats', async () => {
    for (const below of ['/api/v1', `/api/v1/components/${zurich.id}`]) {
      const rss = await read(`${below}/rss`);
      expect(rss.headers['content-type']).toBe('application/rss+xml; charset=utf-8');
      expect(rss.text).toMatch(/^<\?xml[^>]*\?>\s*<rss [^>]*version="2\.0"/);
      expect(rss.text).toContain('Packet loss');
      const atom = await read(`${below}/atom`);
      expect(atom.headers['content-type']).toBe('application/atom+xml; charset=utf-8');
      expect(atom.text).toContain('<feed xmlns="http://www.w3.org/2005/Atom"');
      expect(atom.text).toContain(`urn:uuid:${incident.id}`);
      const calendar = await read(`${below}/calendar.ics`);
      expect(calendar.headers['content-type']).toBe('text/calendar; charset=utf-8');
      expect(calendar.text).toMatch(/^BEGIN:VCALENDAR\r\n/);
    }
    expect((await read(`/api/v1/components/${geneva.id}/rss`)).text).not.toContain('Packet loss');
    expect((await read(`/api/v1/components/${geneva.id}/calendar.ics`)).text).toContain('New routers');
  });

  test('Badge, text and revision agree with it', async () => {
    const badge = await read('/badge.svg');
    expect(badge.headers['content-type']).toBe('image/svg+xml; charset=utf-8');
    expect(badge.text).toContain('Acme &lt;Cloud&gt; &amp; Söhne: Partial outage');
    const words = await read('/status.txt');
    expect(words.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(words.text).toContain('Packet loss');
    const revision = await read('/revision.json');
    expect(revision.body).toEqual({
      revision: Number(last.headers['x-page-revision']),
      published_at: expect.stringMatching(TIME),
      ...('fence' in (revision.body as object) ? { fence: expect.any(Number) } : {}),
    });
  });

  test('Every HTML page of it answers, and says the name as text', async () => {
    const month = (await read('/')).text.match(/datetime="(\d{4}-\d\d)/)![1];
    for (const path of [
      '/',
      '/history/',
      `/history/${month}/`,
      `/incidents/${incident.id}/`,
      `/maintenance/${window.id}/`,
    ]) {
      const page = await read(path, { accept: 'text/html' });
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.text).toContain('Acme &lt;Cloud&gt; &amp; Söhne');
      expect(page.text.replaceAll(/"[^"]*"/g, '""')).not.toContain('<Cloud>');
    }
  });
});
