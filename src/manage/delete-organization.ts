/**
 * An organization goes with all that it has. Its pages go one by one, each in its own transaction as by `deletePage`, so
 * that their files are taken away and their slugs rest; the organization itself goes last. Whoever was interrupted
 * begins again where it stopped: until the end there is an owner who can.
 */
import { and, count, eq, lte, sql } from 'drizzle-orm';
import { auditEvents, organizations, pages } from '../../db/schema.ts';
import { DomainError } from '../domain/errors.ts';
import type { Actor, Manager } from './command.ts';
import { deletePage } from './pages.ts';

const AUDIT_ROWS_AT_ONCE = 1000;

/**
 * Deletes the organization of the actor.
 *
 * @param role of whoever asks; only an owner may
 * @throws DomainError forbidden
 */
export async function deleteOrganization(manager: Manager, actor: Actor, role: string): Promise<void> {
  if (role !== 'owner' || actor.pageIds !== null)
    throw new DomainError('forbidden', 'Only an owner may delete the organization.');
  const { organizationId } = actor;
  const { store } = manager;
  for (;;) {
    const rows = await store.read
      .select({ id: pages.id })
      .from(pages)
      .where(eq(pages.organizationId, organizationId));
    for (const { id } of rows) {
      await deletePage(manager, actor, id).catch((error: unknown) => {
        // Somebody else has deleted it in between.
        if (!(error instanceof DomainError) || error.kind !== 'not_found') throw error;
      });
    }
    // Keys, members, sessions and invitations go with the row.
    const gone = await store.write(async (tx) => {
      const [left] = await tx
        .select({ n: count() })
        .from(pages)
        .where(eq(pages.organizationId, organizationId));
      if (left!.n > 0) return false;
      await tx.delete(organizations).where(eq(organizations.id, organizationId));
      return true;
    });
    if (gone) break;
  }
  await forgetAudit(manager, organizationId);
}

/** In pieces: the driver stops the event loop for as long as a statement takes. */
async function forgetAudit({ store }: Manager, organizationId: string): Promise<void> {
  const mine = eq(auditEvents.organizationId, organizationId);
  for (;;) {
    const [last] = await store.read.all<{ id: string | null }>(
      sql`select max(id) as id from (select id from audit_events where organization_id = ${organizationId} order by id limit ${AUDIT_ROWS_AT_ONCE})`,
    );
    if (!last?.id) return;
    const { id } = last;
    await store.write(async (tx) => {
      await tx.delete(auditEvents).where(and(mine, lte(auditEvents.id, id)));
    });
  }
}
