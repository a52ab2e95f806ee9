/** The logo of a page, which stands at the head of all that it publishes and sends. */
import { eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { logos } from '../../db/schema.ts';
import { readLogo } from '../domain/logo.ts';
import type { Actor, Manager, Outcome } from './command.ts';
import { change } from './run-change.ts';

export type LogoRow = typeof logos.$inferSelect;

/** Null of a page without one. */
export async function logoOf(read: Database, pageId: string): Promise<LogoRow | null> {
  const [row] = await read.select().from(logos).where(eq(logos.pageId, pageId));
  return row ?? null;
}

/** Gives a page this logo in place of the one that it has. @throws DomainError invalid (logo), not_found */
export async function setLogo(
  manager: Manager,
  actor: Actor,
  pageId: string,
  bytes: Buffer,
): Promise<Outcome<null>> {
  const { mediaType, width, height } = readLogo(bytes);
  return change(manager, actor, pageId, 'page.logo_set', async (unit) => {
    const facts = { mediaType, content: bytes.toString('base64'), updatedAt: unit.now };
    unit.write(
      unit.tx
        .insert(logos)
        .values({ pageId: unit.page.id, ...facts })
        .onConflictDoUpdate({ target: logos.pageId, set: facts }),
    );
    unit.visible();
    return { value: null, subjectId: unit.page.id, details: { mediaType, width, height } };
  });
}

/** Lets the page's initial stand in its place again. @throws DomainError not_found */
export async function removeLogo(manager: Manager, actor: Actor, pageId: string): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'page.logo_removed', async (unit) => {
    const there = await unit.tx
      .delete(logos)
      .where(eq(logos.pageId, unit.page.id))
      .returning({ id: logos.pageId });
    if (there.length > 0) unit.visible();
    return { value: null, subjectId: unit.page.id };
  });
}
