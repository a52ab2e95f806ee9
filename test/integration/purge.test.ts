/** PURGE_URL: a CDN is told what was replaced, and nothing waits for it. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeStore, startFakeStore } from '../s3/fake.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

interface Call {
  target: string;
  page: string;
  paths: string[];
}

let hook: Server;
let store: FakeStore;
let daymark: Daymark;
let component: string;
const calls: Call[] = [];
let answer = 204;

const setStatus = (status: string) =>
  daymark.api('PATCH', `/api/v1/pages/acme/components/${component}`, { status }, { prefer: 'wait=30' });

beforeAll(async () => {
  hook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (answer < 300) calls.push(JSON.parse(Buffer.concat(chunks).toString()) as Call);
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  store = await startFakeStore();
  daymark = await startDaymark({
    env: {
      PURGE_URL: `http://127.0.0.1:${(hook.address() as { port: number }).port}/purge`,
      PUBLISH_TO: `s3://${store.bucket}?endpoint=${store.endpoint}`,
      AWS_ACCESS_KEY_ID: store.accessKey,
      AWS_SECRET_ACCESS_KEY: store.secretKey,
    },
  });
  await firstPage(daymark, { name: 'Acme' });
  const made = await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'API' });
  component = (made.body as { id: string }).id;
});
afterAll(async () => {
  await daymark?.stop();
  await store?.stop();
  hook?.close();
});

describe('After a publish', () => {
  test('The hook is told, of each target, which addresses say something else now', async () => {
    const targets = ['site', `s3://${store.bucket}`];
    const knows = (target: string) =>
      calls.some((call) => call.target === target && call.paths.includes(`api/v1/components/${component}`));
    for (const target of targets)
      await until(async () => knows(target), `${target} is told of the component`);
    calls.length = 0;
    await setStatus('major_outage');
    for (const target of targets) {
      const told = () => calls.filter((call) => call.target === target).flatMap(({ paths }) => paths);
      const due = ['', 'api/v1/status', `api/v1/components/${component}`, 'revision.json'];
      await until(async () => due.every((path) => told().includes(path)), `${target} is told of all`);
    }
    expect(new Set(calls.map(({ page }) => page))).toEqual(new Set(['acme']));
  });

  test('A hook that fails holds up nothing, and is called again', async () => {
    calls.length = 0;
    answer = 500;
    const wrote = await setStatus('operational');
    expect([wrote.status, wrote.headers['preference-applied']]).toEqual([200, 'wait']);
    answer = 204;
    await until(
      async () => calls.some(({ paths }) => paths.includes('revision.json')),
      'it is told after all',
    );
  });
});
