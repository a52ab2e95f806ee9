import { type BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * True of an address that webhooks may reach: one of the public internet, or within WEBHOOKS_ALLOW. Whatever else there
 * is (IANA's special-purpose registries: loopback, private, link-local with the clouds' metadata, CGNAT, NAT64, 6to4,
 * Teredo, multicast, documentation, …) is not. An IPv4 address inside of an IPv6 one counts as what it is.
 */
export function mayBeDialled(address: string, allowed: BlockList | null): boolean {
  if (isIP(address) === 0 || !ipaddr.isValid(address)) return false;
  const real = ipaddr.process(address);
  if (allowed?.check(real.toString(), real.kind())) return true;
  // ipaddr.js takes the old form of IPv4 in IPv6 (`::7f00:1`) for unicast: IANA gives out 2000::/3 alone.
  const given = real instanceof ipaddr.IPv4 || (real.toByteArray()[0]! & 0xe0) === 0x20;
  return given && real.range() === 'unicast';
}
