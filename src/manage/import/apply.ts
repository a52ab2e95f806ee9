/**
 * Writes a plan: organization, page and all that is on it, in one transaction. What holds here:
 *
 * 1. Things are found again by the source's id. What is as the plan says stays untouched; when all is, no revision rises.
 * 2. Nothing is deleted: what the page has besides the plan stays, behind it.
 * 3. Nobody is told.
 */
import { and, eq } from 'drizzle-orm';
import { organizations, pages } from '../../../db/schema.ts';
import type { Actor, Change, Manager, PageRow } from '../command.ts';
import { inOneTransaction } from '../one-transaction.ts';
import { createOrganization, findOrganization, type Organization } from '../organizations.ts';
import { createPage, editPage } from '../pages.ts';
import { change } from '../run-change.ts';
import { refreshShown } from '../shown.ts';
import { applyComponents, keepTimes } from './apply-components.ts';
import { applyGroups, applyOrder } from './apply-groups.ts';
import { applyIncidents } from './apply-incidents.ts';
import { applyWindows } from './apply-windows.ts';
import type { Notes } from './notes.ts';
import type { Plan } from './plan.ts';
import { renameChanged } from './rename.ts';

/** Where an import goes. */
export interface Destination {
  /** Slug of an organization; made when it is not there. Without it the only one, or one made from the page's name. */
  organization?: string | undefined;
  /** Slug of a page; made when it is not there. Without it the page that came from this source, or a new one. */
  page?: string | undefined;
}

export interface Tally {
  made: number;
  changed: number;
  same: number;
}

export type Kind = 'groups' | 'components' | 'incidents' | 'maintenance windows';

export interface ImportResult {
  organization: string;
  organizationId: string;
  page: { id: string; slug: string; name: string; made: boolean };
  /** The page's revision after the import. */
  revision: number;
  /** False when all was there already. */
  changed: boolean;
  tallies: Record<Kind, Tally>;
  /** What could not be carried over as it was, a sentence each. */
  notes: string[];
}

/** Called as the import goes on, with how many of all things are done. */
export type Progress = (done: number, total: number) => void;

/** What an import changes on the way: which components to look at again, and since when. */
export class Reach {
  readonly ids = new Set<string>();
  from = Number.POSITIVE_INFINITY;

  add(ids: Iterable<string>, from: number): void {
    for (const id of ids) {
      this.ids.add(id);
      this.from = Math.min(this.from, from);
    }
  }
}

/** Our ids by the source's. */
export type Ids = ReadonlyMap<string, string>;

export interface Applied {
  ids: Ids;
  tally: Tally;
}

/**
 * Writes what `planImport` planned.
 *
 * @throws DomainError conflict when the page's slug is another organization's, invalid when an organization has to be named
 */
export async function applyImport(
  manager: Manager,
  plan: Plan,
  to: Destination,
  notes: Notes,
  progress: Progress = () => {},
): Promise<ImportResult> {
  return inOneTransaction(manager, (inside) => applyInside(inside, plan, to, notes, progress));
}

/** The same within a transaction of the caller's. */
export async function applyInside(
  inside: Manager,
  plan: Plan,
  to: Destination,
  notes: Notes,
  progress: Progress = () => {},
): Promise<ImportResult> {
  const organization = await organizationFor(inside, plan, to);
  const actor: Actor = { organizationId: organization.id, name: 'cli', pageIds: null };
  const before = await pageFor(inside, actor, plan, to);
  const page = before ?? (await makePage(inside, actor, plan, to));
  const renamed = await renameChanged(inside, actor, page.id, plan);
  const { value, revision } = await change(inside, actor, page.id, 'page.imported', async (unit) => {
    const tallies = await writeAll(unit, plan, renamed, notes, progress);
    return { value: tallies, subjectId: page.id, details: { source: 'statuspage', ...tallies } };
  });
  const [after] = await inside.store.read.select().from(pages).where(eq(pages.id, page.id));
  return {
    organization: organization.slug,
    organizationId: organization.id,
    page: { id: page.id, slug: page.slug, name: after!.name, made: before === null },
    revision,
    changed: before === null || revision !== before.revision,
    tallies: value,
    notes: notes.lines(),
  };
}

async function writeAll(
  unit: Change,
  plan: Plan,
  renamed: ReadonlySet<string>,
  notes: Notes,
  progress: Progress,
): Promise<Record<Kind, Tally>> {
  const total = plan.groups.length + plan.components.length + plan.incidents.length + plan.windows.length;
  let done = 0;
  const step = (count = 1) => {
    done += count;
    progress(done, total);
  };
  const reach = new Reach();
  const groups = await applyGroups(unit, plan, renamed, notes);
  step(plan.groups.length);
  const components = await applyComponents(unit, plan, groups.ids, renamed, reach, notes);
  step(plan.components.length);
  if (!plan.partial) await applyOrder(unit, plan, groups.ids, components.ids);
  const incidents = await applyIncidents(unit, plan, components.ids, reach, notes, step);
  const windows = await applyWindows(unit, plan, components.ids, reach, notes, step);
  await refreshShown(unit, [...reach.ids], Math.min(reach.from, unit.now));
  keepTimes(unit, plan, components.ids);
  return {
    groups: groups.tally,
    components: components.tally,
    incidents: incidents.tally,
    'maintenance windows': windows.tally,
  };
}

async function organizationFor(manager: Manager, plan: Plan, to: Destination): Promise<Organization> {
  const found = await findOrganization(manager.store, to.organization ?? (await ownerOf(manager, to.page)));
  return found ?? createOrganization(manager, plan.page.name, to.organization);
}

/** The organization of a page that was named, so that it need not be named too. */
async function ownerOf(manager: Manager, slug: string | undefined): Promise<string | undefined> {
  if (slug === undefined) return undefined;
  const { read } = manager.store;
  const [row] = await read
    .select({ slug: organizations.slug })
    .from(pages)
    .innerJoin(organizations, eq(organizations.id, pages.organizationId))
    .where(eq(pages.slug, slug));
  return row?.slug;
}

async function pageFor(manager: Manager, actor: Actor, plan: Plan, to: Destination): Promise<PageRow | null> {
  const { read } = manager.store;
  const which = to.page === undefined ? eq(pages.v2Id, plan.page.v2Id) : eq(pages.slug, to.page);
  const [page] = await read
    .select()
    .from(pages)
    .where(and(eq(pages.organizationId, actor.organizationId), which));
  if (!page) return null;
  const { name, timezone } = plan.page;
  // A page of one's own into which another is imported keeps its name.
  const follows = page.v2Id === plan.page.v2Id && (page.name !== name || page.timezone !== timezone);
  if (follows) await editPage(manager, actor, page.id, { name, timezone });
  return page;
}

async function makePage(manager: Manager, actor: Actor, plan: Plan, to: Destination): Promise<PageRow> {
  const { v2Id, name, timezone } = plan.page;
  const slug = to.page === undefined ? {} : { slug: to.page };
  const { value } = await createPage(manager, actor, { name, timezone, ...slug }, { v2Id });
  const [page] = await manager.store.read.select().from(pages).where(eq(pages.id, value));
  return page!;
}
