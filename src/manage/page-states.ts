import { asc, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { pages } from '../../db/schema.ts';
import { COMPONENT_STATUSES, type ComponentStatus } from '../domain/status.ts';
import type { Actor } from './command.ts';
import { ownedBy } from './run-change.ts';

export interface PageState {
  id: string;
  slug: string;
  name: string;
  /** The worst of its components (contract, section 7). */
  status: ComponentStatus;
  openIncidents: number;
}

const severity = sql.join(
  COMPONENT_STATUSES.map((status, place) => sql`when ${status} then ${place}`),
  sql` `,
);

/** The actor's pages in the order of their making, and what they show now. */
export async function pageStates(read: Database, actor: Actor, limit: number): Promise<PageState[]> {
  const rows = await read
    .select({
      id: pages.id,
      slug: pages.slug,
      name: pages.name,
      // Of those in trouble alone, which have an index: most pages have none.
      worst: sql<number | null>`(select max(case c.status ${severity} end) from components c
        where c.page_id = pages.id and c.status <> 'operational')`,
      openIncidents: sql<number>`(select count(*) from incidents i where i.page_id = pages.id and i.status <> 'resolved')`,
    })
    .from(pages)
    .where(ownedBy(actor))
    .orderBy(asc(pages.id))
    .limit(limit);
  return rows.map(({ worst, ...page }) => ({ ...page, status: COMPONENT_STATUSES[worst ?? 0]! }));
}
