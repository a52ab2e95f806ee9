/** Which page is the one at `/` (contract, section 2). */
import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { pages, settings } from '../../db/schema.ts';
import { notFound } from '../domain/errors.ts';
import type { Manager } from './command.ts';

/** Makes a new page the default one when there is none, or when that is the demo's. */
export async function claimDefault(tx: Database, id: string, demo: boolean): Promise<void> {
  const [current] = await tx.all<{ demo: number }>(
    sql`select p.demo from settings s join pages p on p.id = s.value where s.key = 'default_page'`,
  );
  if (current && (demo || current.demo === 0)) return;
  await tx
    .insert(settings)
    .values({ key: 'default_page', value: id })
    .onConflictDoUpdate({ target: settings.key, set: { value: id } });
}

/** Makes a page the default one. @throws DomainError not_found */
export async function setDefaultPage(manager: Manager, slug: string): Promise<void> {
  await manager.store.write(async (tx) => {
    const [page] = await tx.select({ id: pages.id }).from(pages).where(eq(pages.slug, slug));
    if (!page) throw notFound(`Page "${slug}"`);
    await tx
      .insert(settings)
      .values({ key: 'default_page', value: page.id })
      .onConflictDoUpdate({ target: settings.key, set: { value: page.id } });
  });
}
