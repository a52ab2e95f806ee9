/** Webhooks that lead into the house: by how an address is written, by what a name says, by where a receiver sends on. */
import type http from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callReceiver } from '../../src/notify/webhooks/call.ts';
import { startNameServer } from '../fixtures/dns.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import { type Attack, Findings } from './attack.ts';
import { FORBIDDEN_ADDRESSES, FORBIDDEN_HOSTS } from './dialling.ts';

const PUBLIC = ['8.8.8.8', '2606:4700::1'];
const PORTS = ['', ':80', ':22', ':6379', ':65535'];
const HOOKS = '/api/v1/pages/acme/webhooks';

export const ssrfAttack: Attack = {
  name: 'ssrf',
  title: 'webhooks into the house',
  async run({ short }) {
    const found = new Findings();
    const recorded = await recorder(found, short);
    const server = await throughTheServer(found, short);
    found.note = `${recorded} addresses and names to a recorder, ${server} to a server; none dialled`;
    return found;
  },
};

/** Where a socket would have been opened to. */
async function dialledBy(
  url: string,
  answers: string[][] = [],
): Promise<{ dialled: string[]; error: string | null }> {
  const dialled: string[] = [];
  let asked = 0;
  const { error } = await callReceiver(url, {}, '{}', {
    now: () => 0,
    allowed: null,
    resolve: async () => answers[Math.min(asked++, answers.length - 1)] ?? [],
    dial: (to, { lookup }): http.ClientRequest => {
      const literal = to.hostname.replace(/^\[|\]$/g, '');
      if (/^[\d.]+$|:/.test(literal)) dialled.push(literal);
      // As often as a socket might ask.
      else
        for (let n = 0; n < 3; n++)
          lookup(to.hostname, { all: true }, (_error, all) =>
            dialled.push(...(all as { address: string }[]).map(({ address }) => address)),
          );
      throw new Error('recorded');
    },
  });
  return { dialled, error };
}

async function recorder(found: Findings, short: boolean): Promise<number> {
  const none = async (url: string, answers?: string[][]) => {
    const { dialled } = await dialledBy(url, answers);
    found.expect(
      dialled.length === 0,
      () => `${url} ${JSON.stringify(answers ?? [])} dials ${dialled.join()}`,
    );
  };
  for (const host of FORBIDDEN_HOSTS)
    for (const port of short ? [''] : PORTS)
      for (const scheme of ['http', 'https'])
        for (const before of short ? [''] : ['', 'user:pass@', '8.8.8.8@', 'hooks.example.com%40'])
          await none(`${scheme}://${before}${host}${port}/`);
  const name = 'https://hooks.example.com/';
  for (const address of FORBIDDEN_ADDRESSES) {
    for (const answers of [[address], [...PUBLIC, address], [address, ...PUBLIC]])
      await none(name, [answers]);
    // What the name says a moment later is not asked for.
    const { dialled } = await dialledBy(name, [PUBLIC, [address]]);
    found.expect(
      dialled.every((one) => PUBLIC.includes(one)),
      () => `a name that changes to ${address} dials ${dialled.join()}`,
    );
  }
  const open = await dialledBy(name, [PUBLIC]);
  found.expect(open.dialled.length > 0, () => 'the recorder sees nothing');
  return FORBIDDEN_HOSTS.length + FORBIDDEN_ADDRESSES.length;
}

/** The real server, with listeners that must stay alone. @returns how many webhooks were made and tried */
async function throughTheServer(found: Findings, short: boolean): Promise<number> {
  const names = await startNameServer();
  const reached: string[] = [];
  const inside = await listen('127.0.0.1', (request, response) => {
    reached.push(`${request.method} ${request.url} by ${request.headers.host}`);
    response.writeHead(200).end();
  });
  const port = (inside.address() as AddressInfo).port;
  let sendsTo = '';
  let status = 302;
  let calls = 0;
  // The one receiver that the operator has opened sends on.
  const allowed = await listen('127.0.0.2', (_request, response) => {
    calls++;
    response.writeHead(status, { Location: sendsTo, Refresh: `0;url=${sendsTo}` }).end();
  });
  const env = {
    DNS_SERVERS: names.address,
    WEBHOOKS_ALLOW: '127.0.0.2/32',
    HTTP_PROXY: `http://127.0.0.1:${port}`,
    http_proxy: `http://127.0.0.1:${port}`,
  };
  const daymark = await startDaymark({ env });
  let tried = 0;
  try {
    await firstPage(daymark, { name: 'Acme', slug: 'acme' });
    for (const name of ['inside.example', 'both.example', 'metadata.example', 'localtest.example'])
      names.set(name, { addresses: name === 'both.example' ? ['127.0.0.2', '127.0.0.1'] : ['127.0.0.1'] });
    const hosts = FORBIDDEN_HOSTS.filter((_host, n) => !short || n % 9 === 0);
    for (const host of [
      ...hosts,
      'localhost',
      'inside.example',
      'both.example',
      'inside.example.',
      'INSIDE.example',
    ])
      tried += await test(daymark, found, `http://${host}:${port}/${tried}`);
    for (const url of [
      `file:///etc/passwd`,
      `gopher://127.0.0.1:${port}/x`,
      `ftp://127.0.0.1:${port}/`,
      `unix:/x`,
      `data:,x`,
      `http:127.0.0.1:${port}`,
      `//127.0.0.1:${port}/`,
      `http://8.8.8.8#@127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}#@8.8.8.8/`,
      `http://127.0.0.1:${port}\\@8.8.8.8/`,
      `http://8.8.8.8@127.0.0.1:${port}/`,
      `http://\t127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}/\r\nX: y`,
      ' http://127.0.0.1/',
      'jar:http://x!/',
      'javascript:1',
    ])
      tried += await test(daymark, found, url);
    const target = (allowed.address() as AddressInfo).port;
    for (const location of [
      `http://127.0.0.1:${port}/`,
      `//127.0.0.1:${port}/`,
      `http://inside.example:${port}/`,
    ])
      for (const code of [301, 302, 303, 307, 308, 201, 300, 305]) {
        sendsTo = location;
        status = code;
        tried += await test(daymark, found, `http://127.0.0.2:${target}/`);
      }
    found.expect(calls >= 24, () => `the receiver that is allowed was called ${calls} times`);
    // An incident goes to all of them, too, those that are left.
    await daymark.api(
      'POST',
      '/api/v1/pages/acme/incidents',
      { title: 'Down', body: 'x' },
      { prefer: 'wait=10' },
    );
  } finally {
    await daymark.stop();
    inside.close();
    allowed.close();
    await names.close();
  }
  found.expect(reached.length === 0, () => `inside was reached: ${reached.slice(0, 5).join('; ')}`);
  return tried;
}

/** Makes a webhook and has it called. @returns 1 */
async function test(daymark: Daymark, found: Findings, url: string): Promise<number> {
  const made = await daymark.api('POST', HOOKS, { url });
  found.expect([201, 422].includes(made.status), () => `a webhook to ${url} → ${made.status} ${made.text}`);
  if (made.status !== 201) return 1;
  const { id } = made.body as { id: string };
  const called = await daymark.api('POST', `${HOOKS}/${id}/test`);
  found.expect(
    called.status < 500 && !/passwd|root:/.test(called.text),
    () => `a test call to ${url} → ${called.status} ${called.text}`,
  );
  // Some stay for the incident.
  if (!/127\.0\.0\.1/.test(url)) await daymark.api('DELETE', `${HOOKS}/${id}`);
  return 1;
}

async function listen(host: string, answer: http.RequestListener): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return server;
}
