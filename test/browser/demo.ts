/** A real server with the demo page for each worker, and a look at what a page asks for and complains of. */
import { test as base, expect, type Page } from '@playwright/test';
import { LANGUAGES } from '../../src/domain/languages.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';

export interface Demo {
  daymark: Daymark;
  url: string;
  /** A key with every scope. */
  key: string;
  /** Pages of every kind, below the page's root. */
  paths: Record<
    'status' | 'history' | 'month' | 'incident' | 'maintenance' | 'uptime' | 'report' | 'docs',
    string
  >;
}

/** What a page did besides being there. */
export interface Watch {
  requests: string[];
  complaints: string[];
}

const NO_BOOTSTRAP = { DAYMARK_ORGANIZATION: '', DAYMARK_API_KEY: '' };

interface Listed {
  id: string;
  status: string;
}

/** A server with the demo page, published whole. */
export async function startDemo(): Promise<Demo> {
  const daymark = await startDaymark({ args: ['start'], env: NO_BOOTSTRAP });
  const key = /sk_live_\S+/.exec(daymark.output())?.[0];
  if (!key) throw new Error(`no key of the demo was printed:\n${daymark.output()}`);
  const get = (path: string) => daymark.api('GET', path);
  const isThere = async (path: string) => (await get(path)).status === 200;
  await until(() => isThere('/history/'), 'the demo is published');
  const told = { authorization: `Bearer ${key}`, prefer: 'wait=30' };
  await daymark.api('PATCH', '/api/v1/pages/northwind', { languages: LANGUAGES }, told);
  const list = async (name: string) => (await get(`/api/v1/${name}`)).body as Listed[];
  const [incidents, windows] = [await list('incidents'), await list('maintenance')];
  const links = (await get('/history/')).text.matchAll(/history\/([\d-]{7})\//g);
  const months = [...new Set([...links].map(([, month]) => month))];
  const archive = [
    ...months.flatMap((month) => [`history/${month}/`, `uptime/${month}/`, `uptime/${month}.csv`]),
    ...['uptime/', 'uptime/components.csv'],
    ...incidents.map(({ id }) => `incidents/${id}/`),
    ...windows.map(({ id }) => `maintenance/${id}/`),
  ];
  // The archive is published in the background, behind what is current.
  const inOthers = (path: string) => (path.endsWith('/') ? LANGUAGES.slice(1) : []);
  const everywhere = archive.flatMap((path) => [
    `/${path}`,
    ...inOthers(path).map((language) => `/${language}/${path}`),
  ]);
  for (const path of everywhere) await until(() => isThere(path), `${path} is published`);
  const paths = {
    status: '',
    history: 'history/',
    docs: 'docs/',
    month: `history/${months.at(1)}/`,
    uptime: 'uptime/',
    report: `uptime/${months.at(1)}/`,
    incident: `incidents/${incidents.find(({ status }) => status === 'resolved')?.id}/`,
    maintenance: `maintenance/${windows[0]?.id}/`,
  };
  return { daymark, url: daymark.url, key, paths };
}

/** Records every request but for what stands in the page itself, and everything that is written to the console. */
export function watch(page: Page): Watch {
  const seen: Watch = { requests: [], complaints: [] };
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) seen.requests.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') seen.complaints.push(message.text());
  });
  page.on('pageerror', (error) => seen.complaints.push(error.message));
  return seen;
}

export const test = base.extend<object, { demo: Demo }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      const demo = await startDemo();
      await use(demo);
      await demo.daymark.stop();
    },
    { scope: 'worker' },
  ],
});

export { expect };
