/** Uptime that can be checked: the reports of a page with half a year of history, against the days they are made of. */
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';

type Row = Record<string, string>;

let daymark: Daymark;
let key: string;
let months: string[];
const get = async (path: string) =>
  (await daymark.api('GET', `/p/northwind/${path}`, undefined, { authorization: '' })).text;
const csv = async (path: string): Promise<Row[]> => parse(await get(path), { columns: true });
const say = async (method: string, path: string, body: unknown) => {
  const answer = await daymark.api(method, `/api/v1/pages/northwind/${path}`, body, {
    authorization: `Bearer ${key}`,
    prefer: 'wait=30',
  });
  expect([answer.status < 300, answer.text]).toEqual([true, answer.text]);
  return answer.body as { id: string; started_at: string };
};

beforeAll(async () => {
  daymark = await startDaymark({
    args: ['start'],
    env: { DAYMARK_ORGANIZATION: '', DAYMARK_API_KEY: '' },
  });
  key = /sk_live_\S+/.exec(daymark.output())![0];
  await until(async () => (await get('uptime/')).includes('<h1>'), 'the overview is published');
  months = [...(await get('uptime/')).matchAll(/href="[./]*uptime\/(\d{4}-\d\d)\/"/g)].map(
    ([, month]) => month!,
  );
  for (const month of months)
    await until(async () => (await get(`uptime/${month}.csv`)).startsWith('month,'), `${month} is published`);
});
afterAll(() => daymark.stop());

/** The rule, as the page puts it into words. */
function percentOf(counted: number, partial: number, major: number): number {
  const thousandths = Math.floor(((counted * 10 - partial * 3 - major * 10) * 10_000) / counted);
  return thousandths / 1000;
}

describe('The report of a month', () => {
  test('is there for every month of the history, with a way from one to the next', async () => {
    expect(months.length).toBeGreaterThan(5);
    for (const [place, month] of months.entries()) {
      const links = [
        ...(await get(`uptime/${month}/`)).matchAll(/rel="(prev|next)" href="[./]*uptime\/([\d-]{7})\/"/g),
      ];
      const found = Object.fromEntries(links.map(([, rel, to]) => [rel, to]));
      expect(found).toEqual({
        ...(months[place + 1] ? { prev: months[place + 1] } : {}),
        ...(months[place - 1] ? { next: months[place - 1] } : {}),
      });
    }
  });

  test('gives each incident its part in what was lost, and all parts make the whole', async () => {
    let causes = 0;
    for (const month of months) {
      const rows = await csv(`uptime/${month}.csv`);
      for (const total of rows.filter(({ row }) => row === 'month')) {
        const parts = rows.filter((one) => one.component_id === total.component_id && one.row !== 'month');
        causes += parts.length;
        for (const field of ['partial_outage_seconds', 'major_outage_seconds'] as const) {
          const sum = parts.reduce((seconds, part) => seconds + Number(part[field]), 0);
          expect([month, total.component, sum]).toEqual([month, total.component, Number(total[field])]);
        }
        const [counted, partial, major] = [
          Number(total.counted_seconds),
          Number(total.partial_outage_seconds),
          Number(total.major_outage_seconds),
        ];
        expect([month, Number(total.percent)]).toEqual([month, percentOf(counted, partial, major)]);
      }
    }
    expect(causes).toBeGreaterThan(10);
  });

  test('counts what the days of the last 90 show, as far as they are over', async () => {
    const days = await csv('api/v1/uptime.csv');
    const today = days.at(-1)!.date!;
    const month = today.slice(0, 7);
    const report = (await csv(`uptime/${month}.csv`)).filter(({ row }) => row === 'month');
    for (const total of report) {
      const closed = days.filter(
        ({ component_id, date }) =>
          component_id === total.component_id && date!.startsWith(month) && date! < today,
      );
      for (const field of ['partial_outage_seconds', 'major_outage_seconds'])
        expect(closed.reduce((sum, day) => sum + Number(day[field]), 0)).toBe(Number(total[field]));
    }
  });

  test('follows a correction that reaches back, under the name that the component has now', async () => {
    const [, , earlier] = months;
    const [component] = await csv(`uptime/${earlier}.csv`);
    const id = component!.component_id!;
    await say('PATCH', `components/${id}`, { name: 'Renamed' });
    const at = (time: string) => `${earlier}-10T${time}:00+00:00`;
    const incident = await say('POST', 'incidents', {
      ...{ title: 'Found in the logs', body: 'It was down.', status: 'resolved' },
      ...{ components: [{ id, status: 'major_outage' }], started_at: at('03:00'), resolved_at: at('04:30') },
    });
    const part = async () =>
      (await csv(`uptime/${earlier}.csv`)).find(({ incident_id }) => incident_id === incident.id);
    await until(async () => (await part()) !== undefined, 'the report knows the incident');
    expect(await part()).toMatchObject({
      component: 'Renamed',
      row: 'incident',
      major_outage_seconds: '5400',
      incident_started_at: at('03:00'),
    });
    expect(await get(`uptime/${earlier}/`)).toContain('Found in the logs');

    await say('PATCH', `incidents/${incident.id}`, { title: 'Found, and understood' });
    await until(
      async () => (await get(`uptime/${earlier}/`)).includes('Found, and understood'),
      'the report has the new title',
    );
  });
});

describe('The overview', () => {
  test('says for every component how much of 90 days, 12 months and its life it was there', async () => {
    const rows = await csv('uptime/components.csv');
    expect(rows).toHaveLength(17);
    for (const row of rows) {
      expect(row.counts_from).toMatch(/^\d{4}-\d\d-\d\d$/);
      for (const field of ['percent_90_days', 'percent_12_months', 'percent_since_start'])
        expect(Number(row[field])).toBeGreaterThan(99);
    }
    const page = await get('uptime/');
    expect(page).toContain('of a partial outage 30 %');
    expect(page).toMatch(
      /webcal:\/\/127\.0\.0\.1:\d+\/p\/northwind\/api\/v1\/components\/[0-9a-f-]+\/calendar\.ics/,
    );
  });
});
