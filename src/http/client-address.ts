import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';

/** `::ffff:192.0.2.1` → `192.0.2.1`; without brackets, port and zone, which some proxies add. */
function plain(address: string): string {
  const bare = address
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/%.*$/, '')
    .toLowerCase();
  return bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Who is asking (contract, section 1): the peer, or, when that is a trusted proxy, the rightmost address in
 * `X-Forwarded-For` that is not one. What stands further left anybody may have written.
 */
export function clientAddress(req: IncomingMessage, trusted: BlockList | null): string {
  const peer = plain(req.socket.remoteAddress ?? '');
  const forwarded = req.headers['x-forwarded-for'];
  if (!trusted || forwarded === undefined || !isTrusted(peer, trusted)) return peer;
  const hops = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)
    .split(',')
    .map((hop) => plain(hop.trim()));
  let client = peer;
  for (const hop of hops.reverse()) {
    if (isIP(hop) === 0) return client;
    client = hop;
    if (!isTrusted(hop, trusted)) return client;
  }
  return client;
}

/** What limits count by: an IPv4 address, or the /64 of an IPv6 one, which one household has to itself. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address;
  // An IPv4 address at the end stands for two groups.
  const [head = '', tail] = address.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
