import { randomBytes } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { auditEvents, pages, restingSlugs, settings } from '../../db/schema.ts';
import { dayOf } from '../domain/calendar.ts';
import { DomainError, invalid, notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { PageCreate, PagePatch } from '../domain/input.ts';
import { type Actor, change, type Manager, type Outcome, ownedBy, type PageRow } from './command.ts';
import { recomputeAllDays } from './days.ts';
import { claimDefault } from './default-page.ts';
import { assertFree, SLUG_RESTS_MS, slugFor } from './page-names.ts';
import { takeSlug } from './resting-slugs.ts';
import { deleteDeliveries, deleteSubscribers } from './subscriber-steps.ts';

function assertLanguages(language: string, languages: readonly string[]): void {
  if (!languages.includes(language))
    throw invalid(['languages'], `The page's own language, ${language}, must be among its languages.`);
}

/** Facts that come with a page from elsewhere: an import keeps the source's id. */
export interface PageOrigin {
  v2Id?: string;
  demo?: boolean;
}

/**
 * Makes a page at its first revision. The first page of the installation that is not the demo's becomes the default one.
 *
 * @throws DomainError conflict when slug or domain is taken; forbidden for a key that is bound to pages
 */
export async function createPage(
  manager: Manager,
  actor: Actor,
  input: PageCreate,
  origin: PageOrigin = {},
): Promise<Outcome<string>> {
  if (actor.pageIds)
    throw new DomainError('forbidden', 'This key is bound to some pages and can not make new ones.');
  const id = newId();
  const slug = await manager.store.write(async (tx) => {
    const now = manager.now();
    const free = await slugFor(tx, input, now);
    if (input.domain) await assertFree(tx, 'domain', input.domain, id, now);
    const language = input.language ?? 'en';
    const languages = input.languages ?? [language];
    assertLanguages(language, languages);
    const timezone = input.timezone ?? 'Etc/UTC';
    await takeSlug(tx, free);
    await tx.batch([
      tx.insert(pages).values({
        id,
        v2Id: origin.v2Id ?? newV2Id(),
        organizationId: actor.organizationId,
        slug: free,
        name: input.name,
        description: input.description || null,
        timezone,
        language,
        languages,
        accent: input.accent ?? null,
        domain: input.domain ?? null,
        domainToken: randomBytes(16).toString('hex'),
        demo: origin.demo ?? false,
        revision: 1,
        changedAt: now,
        openDay: dayOf(now, timezone),
        createdAt: now,
        updatedAt: now,
      }),
      tx.insert(auditEvents).values({
        id: newId(),
        organizationId: actor.organizationId,
        pageId: id,
        actor: actor.name,
        action: 'page.created',
        subjectId: id,
        details: { name: input.name, slug: free },
        requestId: actor.requestId ?? null,
        createdAt: now,
      }),
    ]);
    await claimDefault(tx, id, origin.demo ?? false);
    return free;
  });
  manager.committed({ id, slug, revision: 1, told: false, planned: false });
  return { value: id, revision: 1, after: null };
}

const LOOKS: (keyof PagePatch)[] = [
  'name',
  'slug',
  'timezone',
  'description',
  'language',
  'languages',
  'accent',
  'domain',
];

/** Changes a page. @throws DomainError conflict when slug or domain is taken. */
export async function editPage(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: PagePatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'page.updated', async (unit) => {
    const { tx, page, now } = unit;
    if (input.slug && input.slug !== page.slug) {
      await assertFree(tx, 'slug', input.slug, page.id, now);
      await takeSlug(tx, input.slug);
      const resting = {
        slug: page.slug,
        pageId: page.id,
        organizationId: page.organizationId,
        until: now + SLUG_RESTS_MS,
      };
      unit.write(
        tx
          .insert(restingSlugs)
          .values(resting)
          .onConflictDoUpdate({ target: restingSlugs.slug, set: resting }),
      );
    }
    if (input.domain) await assertFree(tx, 'domain', input.domain, page.id, now);
    const language = input.language ?? page.language;
    assertLanguages(language, input.languages ?? page.languages);
    const isNew = (field: keyof PagePatch) =>
      JSON.stringify(input[field] || null) !== JSON.stringify(page[field as keyof PageRow] || null);
    const changed = LOOKS.filter((field) => field in input && isNew(field));
    const domainMoved = 'domain' in input && (input.domain ?? null) !== page.domain;
    unit.write(
      tx
        .update(pages)
        .set({
          ...input,
          ...('description' in input ? { description: input.description || null } : {}),
          ...(domainMoved
            ? {
                domainRoutedAt: null,
                domainCheckedAt: null,
                domainAllowed: false,
                domainToken: randomBytes(16).toString('hex'),
              }
            : {}),
          updatedAt: now,
        })
        .where(eq(pages.id, page.id)),
    );
    await unit.flush();
    if (input.timezone && input.timezone !== page.timezone) await recomputeAllDays(unit, input.timezone);
    // A domain shows only once it routes.
    if (changed.some((field) => field !== 'domain') || (domainMoved && page.domainRoutedAt !== null))
      unit.visible();
    return { value: page.id, subjectId: page.id, details: { changed } };
  });
}

/** Deletes a page with all that belongs to it; its slug rests. Files go when the publisher hears of it. */
export async function deletePage(manager: Manager, actor: Actor, pageId: string): Promise<void> {
  const page = await manager.store.write(async (tx) => {
    const now = manager.now();
    const [found] = await tx
      .select()
      .from(pages)
      .where(and(eq(pages.id, pageId), ownedBy(actor)));
    if (!found) throw notFound('Page');
    const left = await tx
      .select({ slug: restingSlugs.slug })
      .from(restingSlugs)
      .where(eq(restingSlugs.pageId, found.id));
    await deleteDeliveries(tx, found.id);
    await deleteSubscribers(tx, found.id);
    const resting = {
      slug: found.slug,
      pageId: null,
      organizationId: found.organizationId,
      until: now + SLUG_RESTS_MS,
    };
    await tx.batch([
      // Slugs that it left before rest on, as long as this one, and lead nowhere.
      tx
        .update(restingSlugs)
        .set({ pageId: null, until: resting.until })
        .where(eq(restingSlugs.pageId, found.id)),
      tx.insert(restingSlugs).values(resting).onConflictDoUpdate({ target: restingSlugs.slug, set: resting }),
      tx.delete(pages).where(eq(pages.id, found.id)),
      tx.delete(settings).where(and(eq(settings.key, 'default_page'), eq(settings.value, found.id))),
      // The first one made outside the demo, or the demo's, follows it as the default page (contract, section 2).
      tx.run(sql`insert into settings (key, value) select 'default_page', id from pages where true
        order by demo, created_at, id limit 1 on conflict (key) do nothing`),
      tx.insert(auditEvents).values({
        id: newId(),
        organizationId: actor.organizationId,
        pageId: found.id,
        actor: actor.name,
        action: 'page.deleted',
        subjectId: found.id,
        details: { name: found.name, slug: found.slug },
        requestId: actor.requestId ?? null,
        createdAt: now,
      }),
    ]);
    return { id: found.id, slugs: [found.slug, ...left.map(({ slug }) => slug)] };
  });
  manager.deleted(page);
}
