import { asc, eq, sql } from 'drizzle-orm';
import { auditEvents, organizations } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { conflict, DomainError, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { freeSlug, slugOf } from '../domain/slug.ts';
import type { Manager } from './command.ts';

export interface Organization {
  id: string;
  slug: string;
  name: string;
}

/** So many are named when somebody has to choose. */
const NAMED_AT_MOST = 10;

/**
 * The organization with this slug; without a slug the only one (contract, section 1).
 *
 * @returns null when there is none
 * @throws DomainError invalid without a slug when there are several
 */
export async function findOrganization(
  store: Pick<Store, 'read'>,
  slug?: string,
): Promise<Organization | null> {
  const columns = { id: organizations.id, slug: organizations.slug, name: organizations.name };
  if (slug !== undefined) {
    const [row] = await store.read.select(columns).from(organizations).where(eq(organizations.slug, slug));
    return row ?? null;
  }
  const rows = await store.read
    .select(columns)
    .from(organizations)
    .orderBy(asc(organizations.slug))
    .limit(NAMED_AT_MOST + 1);
  if (rows.length > 1) {
    const named = rows.slice(0, NAMED_AT_MOST).map((row) => row.slug);
    const more = rows.length > NAMED_AT_MOST ? ', …' : '';
    throw new DomainError(
      'invalid',
      `There are several organizations. Name one with --org: ${named.join(', ')}${more}.`,
    );
  }
  return rows[0] ?? null;
}

/** @throws DomainError not_found */
export async function organizationOf(read: Store['read'], id: string): Promise<Organization> {
  const columns = { id: organizations.id, slug: organizations.slug, name: organizations.name };
  const [row] = await read.select(columns).from(organizations).where(eq(organizations.id, id));
  if (!row) throw notFound('Organization');
  return row;
}

/**
 * Makes an organization; without a slug with one made from its name.
 *
 * @throws DomainError conflict when the slug is taken
 */
export async function createOrganization(
  manager: Manager,
  name: string,
  slug?: string,
): Promise<Organization> {
  return manager.store.write(async (tx) => {
    const wanted = slug ?? slugOf(name);
    const rows = await tx.all<{ slug: string }>(
      sql`select slug from organizations where slug like ${`${wanted === '' ? 'organization' : wanted.slice(0, 50)}%`}`,
    );
    const taken = new Set(rows.map((row) => row.slug));
    if (slug !== undefined && taken.has(slug)) {
      throw conflict(`The organization "${slug}" is there already. Choose another slug.`);
    }
    const made = { id: newId(), slug: freeSlug(wanted, 'organization', (one) => taken.has(one)), name };
    const now = manager.now();
    await tx.batch([
      tx.insert(organizations).values({ ...made, createdAt: now }),
      tx.insert(auditEvents).values({
        id: newId(),
        organizationId: made.id,
        pageId: null,
        actor: 'cli',
        action: 'organization.created',
        subjectId: made.id,
        details: { name, slug: made.slug },
        createdAt: now,
      }),
    ]);
    return made;
  });
}
