import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { ask, type Question, question, writeTogether } from '../../db/question.ts';
import { auditEvents, pages, restingSlugs } from '../../db/schema.ts';
import { changesOf } from '../../db/statement.ts';
import { dayOf } from '../domain/calendar.ts';
import { DomainError, invalid } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { PageCreate, PagePatch } from '../domain/input.ts';
import type { Actor, Manager, Outcome, PageRow } from './command.ts';
import { recountAllDays, shownInOtherZone } from './days.ts';
import { claimDefault, leaveDefault } from './default-page.ts';
import {
  assertDomainFree,
  assertSlugFree,
  domainQuestion,
  SLUG_RESTS_MS,
  slugFrom,
  slugQuestion,
  slugsLike,
} from './page-names.ts';
import { takeSlug } from './resting-slugs.ts';
import { changeKnowing, pageOf } from './run-change.ts';
import { deleteDeliveries, deleteSubscribers, isFollowedByMany } from './subscriber-steps.ts';

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
): Promise<Outcome<string, PageRow>> {
  if (actor.pageIds)
    throw new DomainError('forbidden', 'This key is bound to some pages and can not make new ones.');
  const { slug, domain } = input;
  const asked = {
    ...{ holders: slugQuestion(slug), domainOf: domainQuestion(domain) },
    alike: slug === undefined ? slugsLike(input.name) : undefined,
  };
  const page = await manager.store.write(async (tx) => {
    const { holders, domainOf, alike = [] } = await ask(tx.$client, asked);
    const now = manager.now();
    if (slug !== undefined) assertSlugFree(slug, holders!, '', now);
    if (domain) assertDomainFree(domain, domainOf, '');
    const made = newPage(actor, input, origin, slug ?? slugFrom(input.name, alike, now), now);
    assertLanguages(made.language, made.languages);
    await writeTogether(tx, [
      takeSlug(tx, made.slug),
      tx.insert(pages).values(made),
      tx.insert(auditEvents).values({
        id: newId(),
        organizationId: actor.organizationId,
        pageId: made.id,
        actor: actor.name,
        action: 'page.created',
        subjectId: made.id,
        details: { name: made.name, slug: made.slug },
        requestId: actor.requestId ?? null,
        createdAt: now,
      }),
      claimDefault(made.id, made.demo),
    ]);
    return made;
  });
  manager.committed({ id: page.id, slug: page.slug, revision: 1, told: false, planned: false });
  return { value: page.id, revision: 1, after: page };
}

function newPage(actor: Actor, input: PageCreate, origin: PageOrigin, slug: string, now: number): PageRow {
  const language = input.language ?? 'en';
  const timezone = input.timezone ?? 'Etc/UTC';
  return {
    id: newId(),
    v2Id: origin.v2Id ?? newV2Id(),
    organizationId: actor.organizationId,
    slug,
    name: input.name,
    description: input.description || null,
    timezone,
    language,
    languages: input.languages ?? [language],
    accent: input.accent ?? null,
    ...unproved(input.domain ?? null),
    demo: origin.demo ?? false,
    ...{ revision: 1, changedAt: now, daysVersion: 0, openDay: dayOf(now, timezone) },
    ...{ publishedRevision: 0, publishedAt: null, publishedTemplate: null },
    ...{ publishError: null, publishFailedAt: null, publishRequested: 0, publishAnswered: 0 },
    ...{ createdAt: now, updatedAt: now },
  };
}

/** A domain that is yet to be proved, or none. */
function unproved(domain: string | null) {
  const domainToken = randomBytes(16).toString('hex');
  return { domain, domainToken, domainRoutedAt: null, domainCheckedAt: null, domainAllowed: false };
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
): Promise<Outcome<string, PageRow>> {
  const asked = {
    ...{ holders: slugQuestion(input.slug), domainOf: domainQuestion(input.domain) },
    shown: shownInOtherZone(pageId, input.timezone),
  };
  const edited = await changeKnowing(manager, actor, pageId, 'page.updated', asked, async (unit, known) => {
    const { tx, page, now } = unit;
    const { slug = page.slug, timezone = page.timezone, language = page.language } = input;
    if (slug !== page.slug) {
      assertSlugFree(slug, known.holders!, page.id, now);
      unit.write(takeSlug(tx, slug), restSlug(tx, page, page.id, now));
    }
    if (input.domain) assertDomainFree(input.domain, known.domainOf, page.id);
    assertLanguages(language, input.languages ?? page.languages);
    const isNew = (field: keyof PagePatch) =>
      JSON.stringify(input[field] || null) !== JSON.stringify(page[field as keyof PageRow] || null);
    const changed = LOOKS.filter((field) => field in input && isNew(field));
    const domain = input.domain === undefined ? page.domain : input.domain;
    const domainMoved = domain !== page.domain;
    const next: PageRow = {
      ...page,
      ...{ slug, timezone, language, languages: input.languages ?? page.languages },
      name: input.name ?? page.name,
      description: input.description === undefined ? page.description : input.description || null,
      accent: input.accent === undefined ? page.accent : input.accent,
      ...(domainMoved ? unproved(domain) : {}),
      updatedAt: now,
    };
    const written = { ...changesOf(page, next), updatedAt: now };
    unit.write(tx.update(pages).set(written).where(eq(pages.id, page.id)));
    const rezoned = timezone !== page.timezone;
    if (rezoned) recountAllDays(unit, timezone, known.shown!);
    // A domain shows only once it routes.
    const seen =
      rezoned || changed.some((field) => field !== 'domain') || (domainMoved && page.domainRoutedAt !== null);
    if (seen) unit.visible();
    const after: PageRow = {
      ...next,
      changedAt: seen ? now : page.changedAt,
      ...(rezoned ? { daysVersion: page.daysVersion + 1, openDay: dayOf(now, timezone) } : {}),
    };
    return { value: page.id, after, subjectId: page.id, details: { changed } };
  });
  return { ...edited, after: { ...edited.after, revision: edited.revision } };
}

/** A slug that a page leaves rests, and leads on to `heir`. */
function restSlug(tx: Database, { slug, organizationId }: PageRow, heir: string | null, now: number) {
  const resting = { slug, pageId: heir, organizationId, until: now + SLUG_RESTS_MS };
  return tx
    .insert(restingSlugs)
    .values(resting)
    .onConflictDoUpdate({ target: restingSlugs.slug, set: resting });
}

function leftBy(pageId: string): Question<string[]> {
  const { statement, read } = question<string[]>(
    'select json_group_array(slug) as answer from resting_slugs where page_id = ?',
    pageId,
  );
  return { statement, read: (rows) => read(rows)! };
}

/** Deletes a page with all that belongs to it; its slug rests. Files go when the publisher hears of it. */
export async function deletePage(manager: Manager, actor: Actor, pageId: string): Promise<void> {
  const page = await manager.store.write(async (tx) => {
    const asked = { found: pageOf(pageId, actor), left: leftBy(pageId), isMuch: isFollowedByMany(pageId) };
    const { found, left, isMuch } = await ask(tx.$client, asked);
    const now = manager.now();
    if (isMuch) {
      await deleteDeliveries(tx, found.id);
      await deleteSubscribers(tx, found.id);
    }
    await writeTogether(tx, [
      // Slugs that it left before rest on, as long as this one, and lead nowhere.
      tx
        .update(restingSlugs)
        .set({ pageId: null, until: now + SLUG_RESTS_MS })
        .where(eq(restingSlugs.pageId, found.id)),
      restSlug(tx, found, null, now),
      tx.delete(pages).where(eq(pages.id, found.id)),
      ...leaveDefault(found.id),
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
    return { id: found.id, slugs: [found.slug, ...left] };
  });
  manager.deleted(page);
}
