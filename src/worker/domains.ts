import { Resolver } from 'node:dns/promises';
import { DomainError } from '../domain/errors.ts';
import type { Manager } from '../manage/command.ts';
import { type DomainProof, domainsToCheck, noteDomain } from '../manage/domains.ts';

const AT_A_TIME = 20;
const TIMEOUT_MS = 3_000;

/** Asks DNS for a domain's record. */
export type LookUp = (domain: string, token: string) => Promise<DomainProof>;

/** @param servers resolvers to ask, `address` or `address:port`; those of the system when empty */
export function dnsLookUp(servers: readonly string[]): LookUp {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers([...servers]);
  return async (domain, token) => {
    try {
      const records = await resolver.resolveTxt(`_daymark.${domain}`);
      return records.some((parts) => parts.join('') === token) ? 'seen' : 'missing';
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Only a name server's own word counts as one: an outage of DNS takes nobody's page away.
      return code === 'ENOTFOUND' || code === 'ENODATA' ? 'missing' : 'unknown';
    }
  };
}

/** Looks up the domains whose turn it is, side by side: name servers that do not answer hold up nobody else's. */
export async function checkDomains(manager: Manager, lookUp: LookUp): Promise<void> {
  const due = await domainsToCheck(manager, AT_A_TIME);
  await Promise.all(
    due.map(async (page) => {
      const proof = await lookUp(page.domain!, page.domainToken);
      await noteDomain(manager, page, proof).catch((error: unknown) => {
        // The page was deleted while DNS was asked.
        if (!(error instanceof DomainError && error.kind === 'not_found')) throw error;
      });
    }),
  );
}
