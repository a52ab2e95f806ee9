/** The reference says what is so: every operation stands in it, and every example is run against a running server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  differenceOf,
  examplesIn,
  LANGUAGES,
  type Language,
  run,
  type Shown,
  shownValue,
} from '../fixtures/examples.ts';
import { documentOf, operationsOf } from '../fixtures/operations.ts';
import { openReceiver, type Receiver } from '../fixtures/receiver.ts';
import { linkTo, newMember, OWNER, OWNER_ENV, signedIn, type Visitor } from '../server/console.ts';
import { type Daymark, ROOT, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { send } from '../server/http.ts';

const PAGE = '/api/v1/pages/northwind';
const MINUTES = 60_000;

let daymark: Daymark;
let receiver: Receiver;
let owner: Visitor;
/** A webhook that something was sent to. */
let hook: string;
let ran = 0;
let made = 0;

beforeAll(async () => {
  receiver = await openReceiver();
  daymark = await startDaymark({
    env: { ...OWNER_ENV, WEBHOOKS_ALLOW: '127.0.0.0/8', DNS_SERVERS: '127.0.0.1:9' },
  });
  await firstPage(daymark, { name: 'Northwind' });
  owner = await signedIn(daymark);
  for (const name of ['Zurich (ZRH)', 'Geneva (GVA)', "Ada's <i>"])
    await post(`${PAGE}/components`, { name });
  for (const name of ['GROUP_ID', 'TEMPLATE_ID', 'INVITATION_ID']) await OWN[name]!(0);
  hook = await OWN.WEBHOOK_ID!(0);
  await incident();
  await window();
  await until(
    async () => ((await daymark.api('GET', `${PAGE}/webhooks/${hook}/deliveries`)).body as []).length > 0,
    'something was sent to the webhook',
  );
  await post(`${PAGE}/subscribers`, { email: 'first@example.com' }, { prefer: 'wait=30' });
});
afterAll(async () => {
  process.stdout.write(`${ran} examples of the reference were run (${LANGUAGES.join(', ')}).\n`);
  await daymark.stop();
  await receiver.close();
});

async function post(path: string, body: object, headers = {}): Promise<{ id: string; slug: string }> {
  const answer = await daymark.api('POST', path, body, headers);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return answer.body as { id: string; slug: string };
}

async function incident(): Promise<{ id: string; update: string }> {
  const { id } = await post(`${PAGE}/incidents`, { title: 'Slow', body: 'We look into it.' });
  const update = await post(
    `${PAGE}/incidents/${id}/updates`,
    { status: 'identified', body: 'Found.' },
    { prefer: 'wait=30' },
  );
  await daymark.api('PUT', `${PAGE}/incidents/${id}/postmortem`, { body: 'A cable.' });
  return { id, update: update.id };
}

async function window(): Promise<{ id: string; update: string }> {
  const [starts_at, ends_at] = [1, 2].map((hours) =>
    new Date(Date.now() + hours * 60 * MINUTES).toISOString(),
  );
  const { id } = await post(`${PAGE}/maintenance`, { title: 'Work', body: 'We plan.', starts_at, ends_at });
  const update = await post(
    `${PAGE}/maintenance/${id}/updates`,
    { status: 'scheduled', body: 'Soon.' },
    { prefer: 'wait=30' },
  );
  return { id, update: update.id };
}

const firstOf = async (path: string) => ((await daymark.api('GET', path)).body as { id: string }[])[0]!.id;

/** What stands for something of the reader's own, and how a test comes by one. */
const OWN: Record<string, (n: number) => Promise<string>> = {
  PAGE: async (n) => (await post('/api/v1/pages', { name: `Page ${n}` })).slug,
  COMPONENT_ID: async (n) => (await post(`${PAGE}/components`, { name: `Service ${n}` })).id,
  GROUP_ID: async (n) => (await post(`${PAGE}/groups`, { name: `Group ${n}` })).id,
  TEMPLATE_ID: async (n) =>
    (await post(`${PAGE}/templates`, { name: `Template ${n}`, title: 'Slow', body: 'Slow.' })).id,
  SUBSCRIBER_ID: async (n) => (await post(`${PAGE}/subscribers`, { email: `s${n}@example.com` })).id,
  NOTIFICATION_ID: () => firstOf(`${PAGE}/notifications`),
  WEBHOOK_ID: async () => (await post(`${PAGE}/webhooks`, { url: receiver.url })).id,
  KEY_ID: async (n) => (await post('/api/v1/api-keys', { name: `Key ${n}`, scopes: ['pages:read'] })).id,
  MEMBER_ID: async (n) => {
    const { email } = await newMember(daymark, `m${n}@example.com`, 'viewer');
    const { body } = await daymark.api('GET', '/api/v1/members?per_page=500');
    return (body as { id: string; email: string }[]).find((one) => one.email === email)!.id;
  },
  INVITATION_ID: async (n) =>
    (await post('/api/v1/invitations', { email: `i${n}@example.com`, role: 'viewer' })).id,
};

/** The text with everything in it that the reader has to put there, fresh for each run. */
async function ready(code: string): Promise<string> {
  const n = ++made;
  let text = code
    .replace('webhooks/WEBHOOK_ID/deliveries', `webhooks/${hook}/deliveries`)
    .replaceAll('https://hooks.example.com/daymark', receiver.url)
    .replaceAll('you@example.com', `you${n}@example.com`)
    .replaceAll('colleague@example.com', `colleague${n}@example.com`)
    .replaceAll('"Acme"', `"Acme ${n}"`)
    .replaceAll('YOUR_PASSWORD', OWNER.password);
  const told = text.includes('INCIDENT_ID')
    ? await incident()
    : text.includes('MAINTENANCE_ID')
      ? await window()
      : null;
  if (told)
    text = text.replaceAll(/(INCIDENT|MAINTENANCE)_ID/g, told.id).replaceAll('UPDATE_ID', told.update);
  for (const [name, make] of Object.entries(OWN)) {
    const pattern = new RegExp(`\\b${name}\\b`, 'g');
    if (pattern.test(text)) text = text.replaceAll(pattern, await make(n));
  }
  return text;
}

/** Runs one example, and holds what came out against what is shown. @returns what is wrong */
async function faultOf(
  shown: Shown,
  language: Language,
  code: string,
  env: Record<string, string>,
): Promise<string | null> {
  ran++;
  try {
    const out = await run(language, code, env);
    if (language !== 'cURL') return /^\s*$|undefined/.test(out) ? `it printed ${JSON.stringify(out)}` : null;
    if (shown.type === '') return out === '' ? null : `no body is shown, there came ${out}`;
    if (shown.type === 'application/json') return differenceOf(shownValue(shown.answer), JSON.parse(out));
    const begins = shown.answer.slice(0, 5);
    return out !== '' && out.startsWith(begins) ? null : `it does not begin as shown: ${out.slice(0, 200)}`;
  } catch (error) {
    return String(error);
  }
}

async function faultsOf(
  list: Shown[],
  env: () => Promise<Record<string, string>>,
  fill = ready,
): Promise<string[]> {
  const faults: string[] = [];
  for (const shown of list) {
    const found = await Promise.all(
      LANGUAGES.map(async (language) => {
        const fault = await faultOf(shown, language, await fill(shown.code[language]), await env());
        return fault ? [`${shown.operation}, ${language}: ${fault}`] : [];
      }),
    );
    faults.push(...found.flat());
  }
  return faults;
}

const publicDocs = async () =>
  examplesIn((await daymark.api('GET', '/docs/', undefined, { authorization: '' })).text);
const consoleDocs = async () => examplesIn((await owner.get('/console/docs/')).text);

describe('The reference', () => {
  test('holds every public operation on the page, and every other one in the console', async () => {
    const [everyones, whole] = [await documentOf(daymark, false), await documentOf(daymark)];
    const names = (document: typeof whole) =>
      operationsOf(document).map(({ method, path }) => `${method} ${path}`);
    const open = new Set(names(everyones));
    const shown = (list: Shown[]) => list.map(({ operation }) => operation).sort();
    expect(shown(await publicDocs())).toEqual([...open].sort());
    expect(shown(await consoleDocs())).toEqual(
      names(whole)
        .filter((name) => !open.has(name))
        .sort(),
    );
    expect(open.size).toBeGreaterThan(25);
  });

  test('says of every field what it means', async () => {
    const { schemas } = (await documentOf(daymark)).components;
    const silent: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties = {} } = value as { properties?: Record<string, { description?: string }> };
      // Names of statuses and numbers of days say themselves what is in them.
      for (const [name, field] of Object.entries(properties)) {
        if (!field.description && !/(indicators|percent|seconds)$/.test(path)) silent.push(`${path}.${name}`);
      }
      for (const [key, inner] of Object.entries(value))
        look(inner, /^(properties|items|anyOf|\d+)$/.test(key) ? path : `${path}.${key}`);
    };
    for (const [name, schema] of Object.entries(schemas)) look(schema, name);
    expect(silent).toEqual([]);
  });

  test('shows on the page what it answers now, and leads to the console', async () => {
    const { text } = await daymark.api('GET', '/p/northwind/docs/', undefined, { authorization: '' });
    expect(text).toContain(`href="${daymark.url}/console/docs/"`);
    expect(text).toContain(`<pre>${daymark.url}/p/northwind/api/v1</pre>`);
    const shown = examplesIn(text).find(({ operation }) => operation === 'GET /api/v1/status')!;
    expect(shownValue(shown.answer)).toEqual((await daymark.api('GET', '/api/v1/status')).body);
    expect(text).not.toContain('<i>');
  });
});

describe('Every example', () => {
  test('on the page runs as it stands, and answers as shown', { timeout: 5 * MINUTES }, async () => {
    const signUp = async (email: string) => {
      await daymark.api('POST', '/api/v1/subscribers', { email }, { authorization: '' });
      return (await linkTo(daymark, email, '/subscribe/verify/')).token;
    };
    const token = await signUp('reader@example.com');
    const verified = await daymark.api(
      'POST',
      '/api/v1/subscribers/verify',
      { token },
      { authorization: '' },
    );
    const { manage_token } = verified.body as { manage_token: string };
    const fill = async (code: string) => {
      const own = code.includes('/verify') ? await signUp(`v${++made}@example.com`) : manage_token;
      return (await ready(code)).replaceAll('TOKEN_FROM_THE_MAIL', own);
    };
    // Who left has nothing to choose any more.
    const list = (await publicDocs()).sort(
      (a, b) => Number(a.operation.includes('unsubscribe')) - Number(b.operation.includes('unsubscribe')),
    );
    expect(list.length).toBeGreaterThan(25);
    expect(await faultsOf(list, async () => ({}), fill)).toEqual([]);
  });

  test('in the console runs with a key, and answers as shown', { timeout: 5 * MINUTES }, async () => {
    const session = async () =>
      [...(await signedIn(daymark)).cookies].find(([name]) => name.includes('session'))![1];
    // The order names every component there is: it is run before others are made.
    const list = (await consoleDocs()).sort(
      (a, b) => Number(b.operation.endsWith('/order')) - Number(a.operation.endsWith('/order')),
    );
    expect(list.length).toBeGreaterThan(50);
    const leaving = list.filter(({ operation }) => operation === 'DELETE /api/v1/session');
    const key = { DAYMARK_API_KEY: daymark.key };
    expect(
      await faultsOf(
        list.filter((one) => !leaving.includes(one)),
        async () => key,
      ),
    ).toEqual([]);
    expect(await faultsOf(leaving, async () => ({ DAYMARK_SESSION: await session() }))).toEqual([]);
  });

  test('of the first status change sets a status that readers see', async () => {
    const { text } = await owner.get('/console/docs/');
    const [first] = text.split('<section id="base-url"');
    const article = `<article data-operation="PATCH first">${first}</article>`;
    const [shown] = examplesIn(article);
    for (const [place, language] of LANGUAGES.entries()) {
      const code = shown!.code[language].replace(
        'degraded_performance',
        place === 1 ? 'partial_outage' : 'major_outage',
      );
      expect(await run(language, code, { DAYMARK_API_KEY: daymark.key })).toContain('_outage');
      ran++;
      const listed = (await daymark.api('GET', '/api/v1/components')).body as { status: string }[];
      expect(listed[0]!.status).toBe(place === 1 ? 'partial_outage' : 'major_outage');
    }
  });
});

describe.each([
  ['/api/docs', 'swagger-ui-bundle.js', 'swagger-ui-dist/swagger-ui-bundle.js'],
  ['/api/redoc', 'redoc.standalone.js', 'redoc/bundles/redoc.standalone.js'],
])('%s', (path, file, original) => {
  test('is for who has a key or a session; browsers are led to the sign-in', async () => {
    const ask = (address: string, headers = {}) => send('GET', daymark.url + address, undefined, headers);
    for (const address of [path, `${path}/${file}`]) {
      const refused = await ask(address);
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="daymark"']);
      expect((await ask(address, { 'x-api-key': daymark.key })).status).toBe(200);
      expect((await owner.get(address)).status).toBe(200);
    }
    const led = await ask(path, { accept: 'text/html' });
    expect([led.status, led.headers.location]).toEqual([
      303,
      `${daymark.url}/console/sign-in/?to=${encodeURIComponent(path)}`,
    ]);
    expect((await daymark.api('GET', `/p/northwind${path}`)).status).toBe(404);
    expect((await daymark.api('GET', `${path}/nothing.js`)).status).toBe(404);
    expect((await daymark.api('POST', path)).status).toBe(405);
  });

  test('is served by us, as its makers wrote it, and lets nothing of others in', async () => {
    const page = await daymark.api('GET', path);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain(
      "script-src 'self'; style-src 'self' 'unsafe-inline'",
    );
    expect(page.text).not.toMatch(/https?:/);
    const script = await daymark.api('GET', `${path}/${file}`);
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.text === readFileSync(join(ROOT, 'node_modules', original), 'utf8')).toBe(true);
  });
});
