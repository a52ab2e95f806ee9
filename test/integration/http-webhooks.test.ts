import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testMessage } from '../../src/http/webhook-answers.ts';
import { assertSigned, openReceiver, type Receiver } from '../fixtures/receiver.ts';
import { type Daymark, ROOT, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import { freePort } from '../server/free-port.ts';

interface Webhook {
  id: string;
  secret?: string;
  active: boolean;
  whole_page: boolean;
  component_ids: string[];
}

const HOOKS = '/api/v1/pages/acme/webhooks';
let daymark: Daymark;
let receiver: Receiver;
beforeAll(async () => {
  daymark = await startDaymark({ env: { WEBHOOKS_ALLOW: '127.0.0.1', DNS_SERVERS: '127.0.0.1:9' } });
  await firstPage(daymark, { name: 'Acme' });
  receiver = await openReceiver();
});
afterAll(async () => {
  await receiver.close();
  await daymark.stop();
});

async function make(body: object): Promise<Webhook & { secret: string }> {
  const made = await daymark.api('POST', HOOKS, { url: `${receiver.url}/hook`, ...body });
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body as Webhook & { secret: string };
}

const at = ({ id }: Webhook, below = '') => `${HOOKS}/${id}${below}`;
const read = async (hook: Webhook) => (await daymark.api('GET', at(hook))).body as Webhook;

async function component(name: string): Promise<string> {
  return (
    (await daymark.api('POST', '/api/v1/pages/acme/components', { name })).body as {
      id: string;
    }
  ).id;
}

describe('A webhook', () => {
  test('tells its secret when it is made, and never again', async () => {
    const made = await make({});
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made).toMatchObject({ active: true, events: null, whole_page: true, component_ids: [] });
    const { secret, ...rest } = made;
    expect(await read(made)).toEqual(rest);
    for (const path of [HOOKS, '/api/v1/audit-events'])
      expect((await daymark.api('GET', path)).text).not.toContain(secret);
    expect(daymark.output()).not.toContain(secret);
  });

  test('tells no secret to who repeats the request with its Idempotency-Key', async () => {
    const body = { url: `${receiver.url}/once` };
    const ask = () => daymark.api('POST', HOOKS, body, { 'idempotency-key': 'make-1' });
    const [first, again] = [await ask(), await ask()];
    expect([first.status, again.status]).toEqual([201, 201]);
    const { secret, ...rest } = first.body as Webhook;
    expect(secret).toBeDefined();
    expect(again.body).toEqual(rest);
  });

  test('is nothing that readers see: the revision stays', async () => {
    const before = (await daymark.api('GET', '/api/v1/pages/acme')).body as { revision: number };
    const made = await daymark.api('POST', HOOKS, { url: receiver.url });
    const changed = await daymark.api('PATCH', at(made.body as Webhook), { active: false });
    const gone = await daymark.api('DELETE', at(made.body as Webhook));
    for (const { headers } of [made, changed, gone])
      expect(headers['x-page-revision']).toBe(String(before.revision));
    expect((await daymark.api('GET', at(made.body as Webhook))).status).toBe(404);
  });

  test('leaves a trace of what was done with it, without the path that may hold a token', async () => {
    const made = await make({ url: `${receiver.url}/token-of-a-chat` });
    await daymark.api('PATCH', at(made), { events: ['incident.created'] });
    await daymark.api('POST', at(made, '/secret'));
    await daymark.api('DELETE', at(made));
    const trail = await daymark.api('GET', `/api/v1/audit-events?subject_id=${made.id}`);
    expect((trail.body as { action: string }[]).map(({ action }) => action)).toEqual([
      ...['webhook.deleted', 'webhook.secret_rotated', 'webhook.updated', 'webhook.created'],
    ]);
    expect(trail.text).not.toContain('token-of-a-chat');
  });

  test('with nothing left to follow gets nothing, and not everything', async () => {
    const [cart, pay] = [await component('Cart'), await component('Pay')];
    const hook = await make({ component_ids: [cart, pay] });
    expect(hook).toMatchObject({ whole_page: false, component_ids: [cart, pay] });
    for (const [id, left] of [
      [cart, [pay]],
      [pay, []],
    ] as const) {
      await daymark.api('DELETE', `/api/v1/pages/acme/components/${id}`);
      expect(await read(hook)).toMatchObject({ whole_page: false, component_ids: left });
    }
    const all = await daymark.api('PATCH', at(hook), { component_ids: null });
    expect(all.body).toMatchObject({ whole_page: true, component_ids: [] });
  });

  test('can be changed in every part, and nothing else changes', async () => {
    const hook = await make({});
    const events = ['maintenance.started', 'incident.resolved'];
    const { secret, ...before } = hook;
    const changed = await daymark.api('PATCH', at(hook), { events, active: false, url: `${receiver.url}/b` });
    expect(changed.body).toEqual({
      ...before,
      ...{ events, active: false, url: `${receiver.url}/b`, updated_at: expect.any(String) },
    });
    expect(secret).toBeDefined();
  });

  test.each([
    ['', 'no address'],
    ['hooks.example.com', 'no scheme'],
    ['ftp://hooks.example.com/', 'another scheme'],
    ['https://', 'no host'],
    ['https:/hooks.example.com', 'a slash too few'],
    ['https://user:pass@hooks.example.com/', 'a password'],
    ['https://@hooks.example.com/', 'an empty user'],
    ['https://hooks.example.com/#part', 'a fragment'],
    ['https://hooks.example.com/ a', 'a blank'],
    ['https://hooks.example.com\\@evil.example/', 'a backslash'],
    ['https://hooks.\nexample.com/', 'a newline'],
    ['https://hooks.example.com:99999/', 'no port that exists'],
    ['http://2130706433/', 'a decimal address'],
    ['http://0x7f.1/', 'a hexadecimal address'],
    ['http://0127.0.0.1/', 'an octal address, which is a public one to some'],
    ['http://127.1/', 'a short address'],
    ['http://127.0.0.1./', 'an address with a final dot'],
    ['http://①②⑦.⓪.⓪.①/', 'an address in other digits'],
    [`https://hooks.example.com/${'x'.repeat(2000)}`, 'more than 2,000 characters'],
  ])('refuses the address %j: %s', async (url) => {
    const answer = await daymark.api('POST', HOOKS, { url });
    expect([answer.status, answer.body]).toEqual([
      422,
      { detail: expect.arrayContaining([expect.objectContaining({ loc: ['body', 'url'] })]) },
    ]);
  });

  test('refuses events, components and fields that there are not', async () => {
    const nobody = '01a00000-0000-7000-8000-000000000000';
    for (const [body, loc] of [
      [{ events: ['incident.exploded'] }, ['events', 0]],
      [{ events: [] }, ['events']],
      [{ component_ids: [nobody] }, ['component_ids', 0]],
      [{ secret: 'whsec_mine' }, ['secret']],
    ] as const) {
      const answer = await daymark.api('POST', HOOKS, { url: receiver.url, ...body });
      expect([answer.status, answer.body]).toEqual([
        422,
        { detail: [expect.objectContaining({ loc: ['body', ...loc] })] },
      ]);
    }
  });
});

describe('A test call', () => {
  test('is made at once, signed, and says what the receiver answered', async () => {
    const hook = await make({ active: false });
    receiver.answer((_request, response) => response.writeHead(202).end('thanks'));
    const answer = await daymark.api('POST', at(hook, '/test'));
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        ...{ id: expect.any(String), delivered: true, answered: 202, error: null },
        duration_ms: expect.any(Number),
      },
    ]);
    const call = receiver.received.at(-1)!;
    expect(call).toMatchObject({ method: 'POST', path: '/hook' });
    expect(call.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': (answer.body as { id: string }).id,
    });
    expect(testMessage.parse(call.body).data).toMatchObject({ webhook_id: hook.id, page: { slug: 'acme' } });
    assertSigned(call, hook.secret);
    const damaged = { ...call, text: call.text.replace('acme', 'evil') };
    expect(() => assertSigned(damaged, hook.secret)).toThrow();
  });

  test('is made once when it is repeated with its Idempotency-Key', async () => {
    const hook = await make({ url: `${receiver.url}/twice` });
    const ask = () => daymark.api('POST', at(hook, '/test'), undefined, { 'idempotency-key': 'test-1' });
    const [first, again] = [await ask(), await ask()];
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(receiver.received.filter(({ path }) => path === '/twice')).toHaveLength(1);
  });

  test('does not follow a redirect', async () => {
    const hook = await make({});
    receiver.answer((_request, response) =>
      response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end(),
    );
    const answer = await daymark.api('POST', at(hook, '/test'));
    expect(answer.body).toMatchObject({ delivered: false, answered: 307, error: 'redirected' });
    expect(receiver.received.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  test('says why nothing was reached, as a symbol', async () => {
    const closed = `http://127.0.0.1:${await freePort()}/`;
    receiver.answer((request) => request.socket.destroy());
    for (const [url, error] of [
      [closed, 'connection_refused'],
      [receiver.url, 'connection_closed'],
      [receiver.url.replace('http:', 'https:'), 'tls_failed'],
      ['http://10.0.0.1/', 'address_refused'],
      ['http://169.254.169.254/latest/meta-data/', 'address_refused'],
      ['http://[::ffff:10.0.0.1]/', 'address_refused'],
    ] as const) {
      const answer = await daymark.api('POST', at(await make({ url }), '/test'));
      expect([url, answer.status, answer.body]).toEqual([
        url,
        201,
        expect.objectContaining({ delivered: false, answered: null, error }),
      ]);
    }
  });

  test('is known as genuine by the code that README.md shows', async () => {
    const [, code = ''] = /^```js\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    const shown = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      isGenuine(secret: string, headers: Record<string, string>, body: string): boolean;
    };
    receiver.answer((_request, response) => response.writeHead(204).end());
    const hook = await make({});
    await daymark.api('POST', at(hook, '/test'));
    const { headers, text } = receiver.received.at(-1)!;
    expect(shown.isGenuine(hook.secret, headers, text)).toBe(true);
    expect(shown.isGenuine(hook.secret, headers, `${text} `)).toBe(false);
    expect(shown.isGenuine(`whsec_${'A'.repeat(43)}=`, headers, text)).toBe(false);
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const { [name]: _, ...rest } = headers;
      expect([name, shown.isGenuine(hook.secret, rest, text)]).toEqual([name, false]);
    }
    const old = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 301) };
    expect(shown.isGenuine(hook.secret, old, text)).toBe(false);
  });

  test('bears both signatures for a day after a new secret', async () => {
    receiver.answer((_request, response) => response.writeHead(204).end());
    const hook = await make({});
    const rotated = await daymark.api('POST', at(hook, '/secret'));
    expect(rotated.status).toBe(201);
    const { secret } = rotated.body as { secret: string };
    expect(secret).not.toBe(hook.secret);
    await daymark.api('POST', at(hook, '/test'));
    const call = receiver.received.at(-1)!;
    assertSigned(call, secret);
    assertSigned(call, hook.secret);
    expect(call.headers['webhook-signature']!.split(' ')).toHaveLength(2);
  });
});
