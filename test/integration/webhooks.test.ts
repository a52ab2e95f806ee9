/** From an incident to its receivers, through the front door of the real server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { incidentMessage } from '../../src/http/webhook-answers.ts';
import { assertSigned, openReceiver, type Receiver } from '../fixtures/receiver.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const HOOKS = '/api/v1/pages/acme/webhooks';
const env = { WEBHOOKS_ALLOW: '127.0.0.0/8', DNS_SERVERS: '127.0.0.1:9' };
let daymark: Daymark;
let receiver: Receiver;

beforeAll(async () => {
  daymark = await startDaymark({ env });
  await firstPage(daymark, { name: 'Acme' });
  receiver = await openReceiver();
});
afterAll(async () => {
  await receiver.close();
  await daymark.stop();
});

async function make(body: object = {}): Promise<{ id: string; secret: string }> {
  return (await daymark.api('POST', HOOKS, { url: `${receiver.url}/hook`, ...body })).body as {
    id: string;
    secret: string;
  };
}

async function open(body: object = {}): Promise<string> {
  const answer = await daymark.api('POST', '/api/v1/pages/acme/incidents', {
    ...{ title: 'Down', body: 'We look into it.' },
    ...body,
  });
  expect(answer.status).toBe(201);
  return (answer.body as { id: string }).id;
}

const log = async (id: string, query = '') =>
  (await daymark.api('GET', `${HOOKS}/${id}/deliveries${query}`)).body as {
    state: string;
    event: string;
    subject_id: string;
    attempts: number;
    answered: number | null;
  }[];

describe('An incident', () => {
  test('is told to a webhook, signed, when readers can see it', async () => {
    let seen = 0;
    receiver.answer(async (_request, response) => {
      const { id } = receiver.received.at(-1)!.body.data.incident as { id: string };
      seen = (await daymark.api('GET', `/p/acme/api/v1/incidents/${id}`)).status;
      response.writeHead(200).end();
    });
    const hook = await make();
    const id = await open();
    const [call] = await receiver.got(1);
    assertSigned(call!, hook.secret);
    const { type, data } = incidentMessage.parse(call!.body);
    expect([type, data.incident.id, data.update?.body]).toEqual(['incident.created', id, 'We look into it.']);
    expect(data.url).toBe(`${daymark.url}/p/acme/incidents/${id}/`);
    expect(data.incident).toEqual((await daymark.api('GET', `/api/v1/pages/acme/incidents/${id}`)).body);
    await until(async () => (await log(hook.id, '?state=sent')).length === 1, 'it is in the log');
    expect(seen).toBe(200);
    expect(await log(hook.id)).toMatchObject([
      { event: 'incident.created', subject_id: id, attempts: 1, answered: 200 },
    ]);
    expect(await log(hook.id, '?state=failed')).toEqual([]);
    const metrics = (await daymark.api('GET', '/metrics')).text;
    expect(metrics).toMatch(/^daymark_webhook_calls_total 1$/m);
    expect(metrics).toMatch(/^daymark_webhook_deliveries_waiting 0$/m);
    expect((await daymark.api('GET', `${HOOKS}/${hook.id}/deliveries?state=lost`)).status).toBe(400);
    await daymark.api('DELETE', `${HOOKS}/${hook.id}`);
  });

  test('that is to notify nobody is told to nobody', async () => {
    receiver.answer((_request, response) => response.writeHead(204).end());
    const hook = await make({ url: `${receiver.url}/quiet` });
    await open({ notify: false });
    const told = await open();
    await until(async () => (await log(hook.id, '?state=sent')).length === 1, 'the other one is told');
    expect((await log(hook.id)).map(({ subject_id }) => subject_id)).toEqual([told]);
    await daymark.api('DELETE', `${HOOKS}/${hook.id}`);
  });
});

describe('A receiver that takes its time', () => {
  test('does not keep the process from ending, nor loses the call when it is killed', async () => {
    receiver.answer(() => undefined);
    const hook = await make({ url: `${receiver.url}/slow` });
    const calls = () => receiver.received.filter(({ path }) => path === '/slow');
    await open();
    await until(async () => calls().length === 1, 'it is called');
    expect(await daymark.stop()).toBe(0);
    const again = { env, dataDir: daymark.dataDir, key: daymark.key };
    daymark = await startDaymark(again);
    await until(async () => calls().length === 2, 'it is called again');
    await daymark.kill();
    receiver.answer((_request, response) => response.writeHead(204).end());
    daymark = await startDaymark(again);
    await until(async () => (await log(hook.id, '?state=sent')).length === 1, 'it is told');
    expect(calls()).toHaveLength(3);
    expect(new Set(calls().map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const call of calls()) assertSigned(call, hook.secret);
  });
});
