/** The disk takes nothing more, or gives nothing: what people are told, and what is there then. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limit } from '../faults/tracer.ts';
import { OWNER_ENV, signedIn, type Visitor } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

const INCIDENTS = '/api/v1/pages/acme/incidents';
const INCIDENT = { title: 'Slow', body: 'We are looking.' };
const ONCE = { 'idempotency-key': 'once' };

let daymark: Daymark;
let visitor: Visitor;

const count = async () => (await daymark.api('GET', INCIDENTS)).headers['x-total-count'];

beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  await firstPage(daymark, { name: 'Acme' });
  visitor = await signedIn(daymark);
});
afterAll(async () => {
  await daymark?.stop();
});

describe('While the disk takes nothing', () => {
  test('Changes are refused for now with the reason, all that wait alike, and everything can be read', async () => {
    // No file may grow: as good as a disk that is full, and needs none.
    limit(daymark.pid, 'fsize', 0);
    const asked = [
      daymark.api('POST', INCIDENTS, INCIDENT, ONCE),
      daymark.api('POST', INCIDENTS, INCIDENT),
      daymark.api('DELETE', '/api/v1/pages/acme'),
    ];
    for (const { status, headers, body } of await Promise.all(asked)) {
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
      expect(body).toEqual({
        detail: expect.stringMatching(/^The disk of the database .* Nothing was changed/),
      });
    }
    for (const path of ['/p/acme/', '/api/v1/pages/acme', '/healthz'])
      expect((await daymark.api('GET', path)).status).toBe(200);
  });

  test('In the console what was typed stays, with the reason beside it', async () => {
    const { status, headers, text } = await visitor.post('/console/pages/new/', { name: 'Typed at night' });
    expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
    expect(text).toContain('value="Typed at night"');
    expect(text).toMatch(/The disk of the database .* Nothing was changed/);
  });

  test('Once there is room they are taken, and nothing of the refused ones is there', async () => {
    limit(daymark.pid, 'fsize', 'unlimited');
    expect(await count()).toBe('0');
    const again = await daymark.api('POST', INCIDENTS, INCIDENT, { ...ONCE, prefer: 'wait=30' });
    expect(again.status, again.text).toBe(201);
    expect([again.headers['idempotent-replayed'], again.headers['preference-applied']]).toEqual([
      undefined,
      'wait',
    ]);
    expect(await count()).toBe('1');
    expect(daymark.output()).not.toMatch(/request failed|unhandled/i);
  });
});

test('A file that can be opened and not read is not said to be gone, nor a fault of the program', async () => {
  const file = join(daymark.dataDir, 'site/p/acme/bad.txt');
  // Its first byte belongs to no memory: reading it is EIO, as of a bad sector.
  symlinkSync('/proc/self/mem', file);
  const { status, headers, body } = await daymark.api('GET', '/p/acme/bad.txt');
  expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
  expect(body).toEqual({ detail: expect.stringMatching(/can not be read/) });
  rmSync(file);
  expect((await daymark.api('GET', '/p/acme/bad.txt')).status).toBe(404);
});

describe('While no file can be opened', () => {
  const paths = ['/p/acme/history/', '/p/acme/api/v1/incidents', '/p/acme/not-there'];
  // Over connections that are open already.
  const read = () => Promise.all(paths.map((path) => daymark.api('GET', path)));

  test('What is published is not said to be gone: a cache in front keeps what it has', async () => {
    await Promise.all(paths.map(() => daymark.api('GET', '/p/acme/')));
    limit(daymark.pid, 'nofile', 3);
    for (const { status, headers, body } of await read()) {
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
      expect(body).toEqual({ detail: expect.stringMatching(/can not be read/) });
    }
    expect((await daymark.api('GET', '/p/acme/')).status).toBe(200);
  });

  test('Once files can be opened it is read as ever', async () => {
    limit(daymark.pid, 'nofile', 1_024);
    expect((await read()).map(({ status }) => status)).toEqual([200, 200, 404]);
  });
});
