import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../fixtures/raw-http.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const DOMAIN = 'status.example.org';
const MOVES = 5;

let daymark: Daymark;
let pageId: string;
beforeAll(async () => {
  daymark = await startDaymark();
  pageId = (await firstPage(daymark, { name: 'Acme', domain: DOMAIN })).id;
  await runCli(['domains', 'allow', DOMAIN], { DATA_DIR: daymark.dataDir });
  await until(
    async () => (await ask(daymark.url, 'GET /api/v1/pages', [`Host: ${DOMAIN}`])).status === 404,
    'the domain routes',
  );
});
afterAll(() => daymark.stop());

describe('While the slug of the default page changes', () => {
  test('the page is there all the time, at / and on its domain, and the management API beside it', async () => {
    const key = `Authorization: Bearer ${daymark.key}`;
    const seen = new Set<string>();
    let moving = true;
    const watch = async (line: string, headers: string[]) => {
      while (moving) {
        const { status } = await ask(daymark.url, line, headers);
        seen.add(`${line} ${headers.includes(key) ? 'with a key ' : ''}${status}`);
      }
    };
    const watching = Promise.all([
      watch('GET /', []),
      watch('GET /api/v1/status', [`Host: ${DOMAIN}`]),
      watch('GET /api/v1/pages', [key]),
    ]);
    for (let move = 1; move <= MOVES; move++) {
      const body = { slug: `acme-${move}` };
      const moved = await daymark.api('PATCH', `/api/v1/pages/${pageId}`, body, { prefer: 'wait=30' });
      expect([moved.status, moved.headers['preference-applied']]).toEqual([200, 'wait']);
      const old = move === 1 ? 'acme' : `acme-${move - 1}`;
      const led = await daymark.api('GET', `/p/${old}/api/v1/status`);
      expect([led.status, led.headers.location]).toEqual([301, expect.stringMatching(/\/api\/v1\/status$/)]);
    }
    moving = false;
    await watching;
    expect([...seen].sort()).toEqual([
      'GET / 200',
      'GET /api/v1/pages with a key 200',
      'GET /api/v1/status 200',
    ]);
  });
});

describe('When a page can not be published at its new slug', () => {
  test('its names lead to where it was, until it can', async () => {
    const place = join(daymark.dataDir, 'site/p/acme-new');
    writeFileSync(place, 'in the way');
    const moved = await daymark.api('PATCH', `/api/v1/pages/${pageId}`, { slug: 'acme-new' });
    expect(moved.status).toBe(200);
    const status = async (host: string) =>
      (await ask(daymark.url, 'GET /api/v1/status', [`Host: ${host}`])).status;
    const other = 'status.example.net';
    await firstPage(daymark, { name: 'Other', slug: 'other', domain: other });
    await runCli(['domains', 'allow', other], { DATA_DIR: daymark.dataDir });
    await until(async () => (await status(other)) === 200, 'names were linked since');
    expect([await status('127.0.0.1'), await status(DOMAIN)]).toEqual([200, 200]);
    rmSync(place);
    const there = async () => (await ask(daymark.url, 'GET /p/acme-new/api/v1/status', [])).status === 200;
    await until(there, 'it lies at its new place');
    const leadsOn = async () =>
      (await ask(daymark.url, `GET /p/acme-${MOVES}/api/v1/status`, [])).status === 301;
    await until(leadsOn, 'its old place leads there');
    expect([await status('127.0.0.1'), await status(DOMAIN)]).toEqual([200, 200]);
  });
});
