/** The process is killed: what is in front of it serves on, and catches up when it is back. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, NGINX, type Nginx, startNginx } from '../nginx/nginx.ts';
import { json } from '../nginx/scene.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { HAS_VARNISH, startVarnish, type Varnish } from '../varnish/varnish.ts';

let daymark: Daymark;
let component: string;

const setStatus = async (status: string) => {
  const answer = await daymark.api(
    'PATCH',
    `/api/v1/pages/acme/components/${component}`,
    { status },
    { prefer: 'wait=30' },
  );
  expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'wait']);
};
const statusAt = async (port: number) => {
  const answer = await ask(port, '/p/acme/api/v1/status', { 'accept-encoding': 'identity' });
  return answer.status === 200 ? (json(answer) as { status: string }).status : String(answer.status);
};
const comeBack = async () => {
  const port = Number(new URL(daymark.url).port);
  daymark = await startDaymark({ dataDir: daymark.dataDir, key: daymark.key, port });
};

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  const made = await daymark.api(
    'POST',
    '/api/v1/pages/acme/components',
    { name: 'API' },
    { prefer: 'wait=30' },
  );
  component = (made.body as { id: string }).id;
  await setStatus('partial_outage');
});
afterAll(() => daymark?.stop());

if (!NGINX || !HAS_VARNISH)
  test('What is not on this machine can not be put in front', () => {
    expect([NGINX, HAS_VARNISH]).not.toEqual([expect.any(String), true]);
  });

describe.runIf(NGINX)('nginx in front of a process that is killed', () => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx(`${daymark.dataDir}/site`, Number(new URL(daymark.url).port));
  });
  afterAll(() => nginx?.stop());

  test('Shows every page as it was, and the change that is made as soon as it is back', async () => {
    await daymark.kill();
    expect(await statusAt(nginx.port)).toBe('partial_outage');
    expect((await ask(nginx.port, '/p/acme/')).status).toBe(200);
    expect((await ask(nginx.port, '/api/v1/pages')).status).toBe(503);
    await comeBack();
    await setStatus('major_outage');
    expect(await statusAt(nginx.port)).toBe('major_outage');
  });
});

describe.runIf(NGINX)('nginx itself is stopped', () => {
  let nginx: Nginx;
  const start = (port?: number) =>
    startNginx(`${daymark.dataDir}/site`, Number(new URL(daymark.url).port), port);
  beforeAll(async () => {
    nginx = await start();
  });
  afterAll(() => nginx?.stop());

  test('Nobody reaches the page by it; the process works on, mails what happens, and all is there at once afterwards', async () => {
    const reader = { email: 'reader@example.com' };
    expect((await daymark.api('POST', '/api/v1/pages/acme/subscribers', reader)).status).toBe(201);
    expect((await ask(nginx.port, '/p/acme/')).status).toBe(200);
    await nginx.stop();
    await expect(ask(nginx.port, '/p/acme/')).rejects.toThrow('ECONNREFUSED');
    const incident = { title: 'The door is shut', body: 'We open it again.' };
    const made = await daymark.api('POST', '/api/v1/pages/acme/incidents', incident, { prefer: 'wait=30' });
    expect([made.status, made.headers['preference-applied']]).toEqual([201, 'wait']);
    const outbox = join(daymark.dataDir, 'outbox');
    const mails = () =>
      existsSync(outbox) ? readdirSync(outbox).map((name) => readFileSync(join(outbox, name), 'utf8')) : [];
    await until(async () => mails().some((mail) => mail.includes(reader.email)), 'it is mailed');
    nginx = await start(nginx.port);
    const page = await ask(nginx.port, '/p/acme/', { 'accept-encoding': 'identity' });
    expect(page.body.toString()).toContain(incident.title);
  });
});

describe.runIf(HAS_VARNISH)('A cache in front of a process that is killed', () => {
  let varnish: Varnish;
  beforeAll(async () => {
    varnish = await startVarnish(Number(new URL(daymark.url).port));
  });
  afterAll(() => varnish?.stop());

  test('Shows what it has, beyond its age too, and the change once that is over', async () => {
    await setStatus('degraded_performance');
    await until(async () => (await statusAt(varnish.port)) === 'degraded_performance', 'it is cached');
    await daymark.kill();
    const age = async () => {
      const answer = await ask(varnish.port, '/p/acme/api/v1/status', { 'accept-encoding': 'identity' });
      expect([answer.status, (json(answer) as { status: string }).status]).toEqual([
        200,
        'degraded_performance',
      ]);
      return Number(answer.headers.age);
    };
    await until(async () => (await age()) > 10, 'it is older than it may be');
    expect((await ask(varnish.port, '/api/v1/pages')).status).toBe(503);
    await comeBack();
    await setStatus('operational');
    await until(async () => (await statusAt(varnish.port)) === 'operational', 'it catches up');
  });
});
