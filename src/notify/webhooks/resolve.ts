import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

const TIMEOUT_MS = 3_000;

/** All addresses of a host name. @throws Error with DNS's code */
export type Resolve = (host: string) => Promise<string[]>;

/**
 * Asks DNS without the thread pool, which writes files too: a name server that does not answer holds up no publish. Of
 * names that DNS does not know, the system is asked (`/etc/hosts`, search domains), unless resolvers are configured.
 *
 * @param servers resolvers to ask, `address` or `address:port`; those of the system when empty
 */
export function resolverOf(servers: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers([...servers]);
  return async (host) => {
    if (isIP(host) !== 0) return [host];
    const asked = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = asked.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (found.length > 0) return found;
    const codes = asked.map((one) => one.status === 'rejected' && (one.reason as NodeJS.ErrnoException).code);
    const unknown = codes.every((code) => code === 'ENOTFOUND' || code === 'ENODATA');
    if (!unknown || servers.length > 0) throw Object.assign(new Error('no address'), { code: codes[0] });
    return (await lookup(host, { all: true })).map(({ address }) => address);
  };
}
