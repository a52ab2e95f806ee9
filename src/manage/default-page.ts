/** Which page is the one at `/` (contract, section 2). */
import { eq } from 'drizzle-orm';
import { pages, settings } from '../../db/schema.ts';
import { type Statement, statement } from '../../db/statement.ts';
import { notFound } from '../domain/errors.ts';
import type { Manager } from './command.ts';

const CLAIM = `insert into settings (key, value) values ('default_page', ?1)
  on conflict (key) do update set value = excluded.value
    where not exists (select 1 from pages p where p.id = settings.value and (?2 or p.demo = 0))`;
// The first one made outside the demo, or the demo's.
const FOLLOW = `insert into settings (key, value) select 'default_page', id from pages where true
  order by demo, created_at, id limit 1 on conflict (key) do nothing`;

/** Makes a new page the default one when there is none, or when that is the demo's. To be written behind its row. */
export function claimDefault(id: string, demo: boolean): Statement {
  return statement(CLAIM, id, demo ? 1 : 0);
}

/** Another page follows one that is deleted as the default one (contract, section 2). To be written behind that. */
export function leaveDefault(id: string): Statement[] {
  return [statement(`delete from settings where key = 'default_page' and value = ?`, id), statement(FOLLOW)];
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
