/** Pages' own domains: they route once their owner has proved to hold them, or the operator says so. */
import { asc, eq, sql } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import { notFound } from '../domain/errors.ts';
import type { Actor, Manager, PageRow } from './command.ts';
import { change } from './run-change.ts';

/** A domain that routes is looked at again so often (contract, section 2). */
const RECHECK_MS = 24 * 60 * 60 * 1000;
/** One that does not route yet: often while somebody waits for it, then less. */
const FIRST_CHECKS_MS = 30 * 1000;
const WAITED_FOR_MS = 60 * 60 * 1000;
const LATER_CHECKS_MS = 10 * 60 * 1000;

/** What DNS said of a domain's record; `unknown` when it did not answer. */
export type DomainProof = 'seen' | 'missing' | 'unknown';

function operator(page: PageRow, name: string): Actor {
  return { organizationId: page.organizationId, name, pageIds: null };
}

/** Lets a page's domain route without its TXT record, on the operator's word. @throws DomainError not_found */
export async function allowDomain(manager: Manager, domain: string): Promise<void> {
  const [page] = await manager.store.read.select().from(pages).where(eq(pages.domain, domain.toLowerCase()));
  if (!page) throw notFound(`A page with the domain "${domain}"`);
  await change(manager, operator(page, 'cli'), page.id, 'domain.allowed', async (unit) => {
    unit.visible();
    const routed = { domainAllowed: true, domainRoutedAt: unit.page.domainRoutedAt ?? unit.now };
    unit.write(unit.tx.update(pages).set(routed).where(eq(pages.id, page.id)));
    return { value: null, subjectId: page.id, details: { domain: page.domain } };
  });
}

/** Pages whose domain is to be looked up now, those that waited longest first. */
export async function domainsToCheck(manager: Manager, limit: number): Promise<PageRow[]> {
  const now = manager.now();
  return manager.store.read
    .select()
    .from(pages)
    .where(
      sql`${pages.domain} is not null and ${pages.domainAllowed} = 0 and coalesce(${pages.domainCheckedAt}, 0) <= ${now} - case
        when ${pages.domainRoutedAt} is not null then ${RECHECK_MS}
        when ${pages.updatedAt} > ${now - WAITED_FOR_MS} then ${FIRST_CHECKS_MS} else ${LATER_CHECKS_MS} end`,
    )
    .orderBy(asc(pages.domainCheckedAt))
    .limit(limit);
}

/** Notes what DNS said: a domain begins to route when its record was seen, and ceases to when it is gone. */
export async function noteDomain(manager: Manager, page: PageRow, proof: DomainProof): Promise<void> {
  const routes = page.domainRoutedAt !== null;
  const changes = (proof === 'seen' && !routes) || (proof === 'missing' && routes);
  if (!changes) {
    await manager.store.write(async (tx) => {
      await tx.update(pages).set({ domainCheckedAt: manager.now() }).where(eq(pages.id, page.id));
    });
    return;
  }
  const action = proof === 'seen' ? 'domain.verified' : 'domain.lost';
  await change(manager, operator(page, 'schedule'), page.id, action, async (unit) => {
    // It may have been changed, or allowed, while DNS was asked.
    const { domain, domainToken, domainAllowed } = unit.page;
    if (domain === page.domain && domainToken === page.domainToken && !domainAllowed) {
      unit.visible();
      const routed = { domainCheckedAt: unit.now, domainRoutedAt: proof === 'seen' ? unit.now : null };
      unit.write(unit.tx.update(pages).set(routed).where(eq(pages.id, page.id)));
    }
    return { value: null, subjectId: page.id, details: { domain: page.domain } };
  });
}
