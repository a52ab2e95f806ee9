/** Lists of addresses: proxies, networks that webhooks may reach, resolvers (contract, section 1). */
import { BlockList, isIP } from 'node:net';
import { ConfigError } from './error.ts';

export function networksOf(name: string, text: string | undefined): BlockList | null {
  if (text === undefined) return null;
  const list = new BlockList();
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > most || bits === '') {
      throw new ConfigError(`${name} holds "${entry}". Name addresses or networks, like 10.0.0.0/8, ::1.`);
    }
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

export function dnsServersOf(text: string | undefined): string[] {
  const entries = (text ?? '').split(',').map((entry) => entry.trim());
  return entries
    .filter((entry) => entry !== '')
    .map((entry) => {
      const host =
        /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ??
        (isIP(entry) === 6 ? entry : entry.replace(/:\d+$/, ''));
      const port = isIP(entry) === 6 ? 53 : Number(/:(\d+)$/.exec(entry)?.[1] ?? 53);
      if (isIP(host) === 0 || port < 1 || port > 65_535)
        throw new ConfigError(
          `DNS_SERVERS holds "${entry}". Name addresses, like 192.0.2.53, 127.0.0.1:5353 or [2001:db8::53]:53.`,
        );
      return entry;
    });
}
