import { Resolver } from 'node:dns/promises';
import { DomainError } from '../domain/errors.ts';
import type { Manager } from '../manage/command.ts';
import { type DomainProof, domainsToCheck, noteDomain } from '../manage/domains.ts';

const AT_A_TIME = 20;
const TIMEOUT_MS = 3_000;

/** Asks DNS for a domain's record. */
export type LookUp = (domain: string, token: string) => Promise<DomainProof>;

/** What DNS says of a domain at this moment, for whoever sets it up. */
export interface DomainAnswer {
  proof: DomainProof;
  /** What stands at `_daymark.{domain}`. */
  texts: string[];
  /** The name that the domain leads to, if it is an alias. */
  alias: string | null;
  /** The addresses that readers' browsers would be led to. */
  addresses: string[];
}

/** @param servers resolvers to ask, `address` or `address:port`; those of the system when empty */
function resolverOf(servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers([...servers]);
  return resolver;
}

/** Only a name server's own word counts as one: an outage of DNS takes nobody's page away. */
function proofOf(error: unknown): DomainProof {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOTFOUND' || code === 'ENODATA' ? 'missing' : 'unknown';
}

/** @param servers as of `DNS_SERVERS` */
export function dnsLookUp(servers: readonly string[]): LookUp {
  const resolver = resolverOf(servers);
  return async (domain, token) => {
    try {
      const records = await resolver.resolveTxt(`_daymark.${domain}`);
      return records.some((parts) => parts.join('') === token) ? 'seen' : 'missing';
    } catch (error) {
      return proofOf(error);
    }
  };
}

/** Asks for everything that a domain needs, at once. @param servers as of `DNS_SERVERS` */
export function dnsAnswers(
  servers: readonly string[],
): (domain: string, token: string) => Promise<DomainAnswer> {
  const resolver = resolverOf(servers);
  return async (domain, token) => {
    const none = () => [];
    const [txt, aliases, addresses] = await Promise.all([
      resolver.resolveTxt(`_daymark.${domain}`).catch(proofOf),
      resolver.resolveCname(domain).catch(none),
      Promise.all([resolver.resolve4(domain).catch(none), resolver.resolve6(domain).catch(none)]),
    ]);
    const texts = typeof txt === 'string' ? [] : txt.map((parts) => parts.join(''));
    const proof = typeof txt === 'string' ? txt : texts.includes(token) ? 'seen' : 'missing';
    return { proof, texts, alias: aliases[0] ?? null, addresses: addresses.flat() };
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
