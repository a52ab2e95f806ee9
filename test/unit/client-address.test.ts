import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { clientAddress, limitKey } from '../../src/http/client-address.ts';

/** The load balancer's network, one proxy beside us, and one network of IPv6. */
const trusted = new BlockList();
trusted.addSubnet('10.0.0.0', 8);
trusted.addAddress('127.0.0.1');
trusted.addSubnet('2001:db8:1::', 48, 'ipv6');

function request(peer: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage;
}
const from = (peer: string, forwarded?: string) => clientAddress(request(peer, forwarded), trusted);

describe('Whose address counts', () => {
  test('Without trusted proxies it is the peer, whatever a header says', () => {
    expect(clientAddress(request('203.0.113.5', '198.51.100.1'), null)).toBe('203.0.113.5');
    expect(clientAddress(request('127.0.0.1', '198.51.100.1'), null)).toBe('127.0.0.1');
  });
  test('A stranger who sends the header of a proxy is still a stranger', () => {
    expect(from('203.0.113.5', '198.51.100.1')).toBe('203.0.113.5');
    expect(from('203.0.113.5', '127.0.0.1')).toBe('203.0.113.5');
  });
  test('Behind a trusted proxy it is whoever that proxy names', () => {
    expect(from('127.0.0.1', '198.51.100.1')).toBe('198.51.100.1');
    expect(from('10.1.2.3', ' 2001:db8:2::7 ')).toBe('2001:db8:2::7');
  });
  test('Of a chain it is the rightmost one that is not ours', () => {
    expect(from('127.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.9')).toBe('198.51.100.1');
    expect(from('127.0.0.1', '1.1.1.1,198.51.100.1,2001:db8:1::5, 10.0.0.9')).toBe('198.51.100.1');
  });
  test('What a client wrote to the left of itself changes nothing', () => {
    expect(from('127.0.0.1', '127.0.0.1, 10.0.0.1, 198.51.100.1')).toBe('198.51.100.1');
    expect(from('127.0.0.1', '<script>, "; drop, 198.51.100.1')).toBe('198.51.100.1');
  });
  test('A chain of nothing but our own ends at its beginning', () => {
    expect(from('127.0.0.1', '10.0.0.1, 10.0.0.2')).toBe('10.0.0.1');
  });
  test.each(['', ' ', 'unknown', '_hidden', '999.1.1.1', '198.51.100', ',', '198.51.100.1, '])(
    'A header of "%s" leaves the last address that is known',
    (forwarded) => {
      expect(from('127.0.0.1', forwarded)).toBe('127.0.0.1');
    },
  );
  test('An IPv4 address in the clothes of IPv6 is that IPv4 address', () => {
    expect(from('::ffff:203.0.113.5')).toBe('203.0.113.5');
    expect(from('::ffff:127.0.0.1', '::FFFF:198.51.100.1')).toBe('198.51.100.1');
  });
  test('Ports, brackets and zones, which some proxies write, are left off', () => {
    expect(from('127.0.0.1', '198.51.100.1:51234')).toBe('198.51.100.1');
    expect(from('127.0.0.1', '[2001:DB8:2::7]:443')).toBe('2001:db8:2::7');
    expect(from('127.0.0.1', '[2001:db8:2::7]')).toBe('2001:db8:2::7');
    expect(from('fe80::1%eth0')).toBe('fe80::1');
  });
  test('A socket that is gone already has no address', () => {
    expect(clientAddress(request(undefined, '198.51.100.1'), trusted)).toBe('');
  });
});

describe('What limits count by', () => {
  test.each([
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1:2:3:4:5:6', '0:0:1:2::/64'],
    ['::1:2:3:4:192.0.2.1', '0:0:1:2::/64'],
    ['', ''],
  ])('%s counts as %s', (address, key) => {
    expect(limitKey(address)).toBe(key);
  });
});
