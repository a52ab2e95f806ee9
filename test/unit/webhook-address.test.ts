/** Where webhooks may lead. Nothing is dialled here: a recorder stands in for the sockets. */
import type http from 'node:http';
import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { mayBeDialled } from '../../src/notify/webhooks/address.ts';
import { callReceiver } from '../../src/notify/webhooks/call.ts';
import { fc } from '../fixtures/properties.ts';

const PUBLIC = ['8.8.8.8', '2606:4700::1'];
const bits = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** Calls a URL; `dialled` holds what a socket would have been opened to. */
async function call(url: string, answers: string[][] = [], allowed: BlockList | null = null) {
  const dialled: string[] = [];
  let asked = 0;
  const attempt = await callReceiver(url, {}, '{}', {
    now: () => 0,
    allowed,
    resolve: async () => answers[Math.min(asked++, answers.length - 1)] ?? [],
    dial: (to, { lookup }): http.ClientRequest => {
      const literal = to.hostname.replace(/^\[|\]$/g, '');
      if (/^[\d.]+$|:/.test(literal)) dialled.push(literal);
      else
        lookup(to.hostname, { all: true }, (_error, found) => {
          dialled.push(...(found as { address: string }[]).map(({ address }) => address));
        });
      throw new Error('recorded');
    },
  });
  return { dialled, asked, error: attempt.error };
}

describe('An address that no webhook may reach', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'this host'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['169.254.169.254', 'metadata of clouds'],
    ['100.64.0.1', 'carrier NAT'],
    ['192.0.0.192', 'metadata of one cloud'],
    ['198.18.0.1', 'benchmarks'],
    ['192.88.99.1', 'relays'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'this host'],
    ['::1', 'loopback'],
    ['::7f00:1', 'compatible with IPv4'],
    ['::ffff:7f00:1', 'mapped'],
    ['::ffff:0:7f00:1', 'translated'],
    ['64:ff9b::a00:1', 'NAT64'],
    ['64:ff9b:1::a00:1', 'NAT64 of one network'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:7f00:1::', 'Teredo'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['fd00:ec2::254', 'metadata of clouds'],
    ['fc00::1', 'private'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'documentation'],
    ['100::1', 'discard'],
  ])('%s (%s) is not dialled, neither by itself nor behind a name', async (address) => {
    expect(mayBeDialled(address, null)).toBe(false);
    const literal = address.includes(':') ? `[${address}]` : address;
    const refused = { dialled: [], error: 'address_refused' };
    expect(await call(`http://${literal}/`)).toMatchObject(refused);
    expect(await call(`https://${literal}:8443/`)).toMatchObject(refused);
    expect(await call('https://hooks.example.com/', [[address]])).toMatchObject(refused);
    // With one public address among them a name is not trusted with the other.
    expect(await call('https://hooks.example.com/', [[...PUBLIC, address]])).toMatchObject(refused);
  });

  test.each([
    ...[
      'http://2130706433/',
      'http://0x7f000001/',
      'http://0x7f.1/',
      'http://127.1/',
      'http://017700000001/',
    ],
    ...['http://0127.0.0.1.xn--/', 'http://①②⑦.⓪.⓪.①/', 'http://[::ffff:127.0.0.1]/', 'http://127.0.0.1./'],
    ...['http://[0:0:0:0:0:ffff:7f00:0001]/', 'http://[::127.0.0.1]/', 'http://%31%32%37.0.0.1/'],
  ])('is not dialled in the form %s', async (url) => {
    const { dialled, error } = await call(url);
    expect(dialled).toEqual([]);
    expect(['address_refused', 'url_invalid']).toContain(error);
  });

  test('is every address of the networks set apart, whichever way it is written', async () => {
    const networks = ['10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '100.64.0.0/10', '172.16.0.0/12'];
    const inside = fc
      .tuple(fc.constantFrom(...networks), fc.integer({ min: 0, max: 2 ** 24 }))
      .map(([network, n]) => {
        const [base = '', length] = network.split('/');
        return bits(base) + (n % 2 ** (32 - Number(length)));
      });
    const written = fc.tuple(inside, fc.constantFrom('number', 'hex', 'octal', 'mapped', 'nat64')).map(
      ([n, way]) =>
        ({
          number: String(n),
          hex: `0x${n.toString(16)}`,
          octal: `0${n.toString(8)}`,
          mapped: `[::ffff:${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}]`,
          nat64: `[64:ff9b::${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}]`,
        })[way]!,
    );
    await fc.assert(
      fc.asyncProperty(written, async (host) => {
        expect(await call(`http://${host}/`)).toMatchObject({ dialled: [], error: 'address_refused' });
      }),
    );
  });
});

describe('A name', () => {
  test('is asked for once, and what was judged is what is dialled, whatever it points to a moment later', async () => {
    const rebinding = await call('https://hooks.example.com/', [PUBLIC, ['127.0.0.1']]);
    expect(rebinding).toMatchObject({ asked: 1, dialled: PUBLIC });
  });

  test('without an address, or with something that is none, is not dialled', async () => {
    for (const answer of [[], ['localhost'], [''], ['8.8.8.8 ']])
      expect(await call('https://hooks.example.com/', [answer])).toMatchObject({
        dialled: [],
        error: 'address_refused',
      });
  });
});

test('A public address is dialled, also in its mapped form', async () => {
  for (const host of ['8.8.8.8', '[2606:4700::1]', '[::ffff:808:808]'])
    expect((await call(`https://${host}/`)).dialled).toEqual([host.replace(/^\[|\]$/g, '')]);
});

test('A network that the operator opened is dialled, in each form, and its neighbours are not', async () => {
  const allowed = new BlockList();
  allowed.addSubnet('10.1.0.0', 16, 'ipv4');
  allowed.addSubnet('fd00:1::', 32, 'ipv6');
  for (const url of ['http://10.1.2.3/', 'http://[::ffff:a01:203]/', 'http://[fd00:1::5]/'])
    expect([url, (await call(url, [], allowed)).dialled]).toEqual([url, [expect.any(String)]]);
  for (const url of [
    'http://10.2.0.1/',
    'http://[fd00:2::5]/',
    'http://127.0.0.1/',
    'http://[64:ff9b::a01:203]/',
  ])
    expect([url, (await call(url, [], allowed)).dialled]).toEqual([url, []]);
});
