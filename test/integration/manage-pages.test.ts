import { count, eq, getTableName, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as schema from '../../db/schema.ts';
import { incidentCreate, maintenanceCreate, pagePatch } from '../../src/domain/input.ts';
import { createComponent } from '../../src/manage/components.ts';
import { setDefaultPage } from '../../src/manage/default-page.ts';
import { allowDomain } from '../../src/manage/domains.ts';
import { createGroup } from '../../src/manage/groups.ts';
import { openIncident } from '../../src/manage/incidents.ts';
import { planMaintenance } from '../../src/manage/maintenance.ts';
import { createPage, deletePage, editPage } from '../../src/manage/pages.ts';
import { DAY, HOUR, newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.close());

const patch = (id: string, input: Record<string, unknown>) =>
  editPage(site.manager, site.actor, id, pagePatch.parse(input));
const remove = (id: string) => deletePage(site.manager, site.actor, id);
const slugOf = async (id: string) => (await pageRow(site, id)).slug;

async function defaultPage(): Promise<string | undefined> {
  const [row] = await site.store.read
    .select()
    .from(schema.settings)
    .where(eq(schema.settings.key, 'default_page'));
  return row?.value;
}

async function rowsOf(table: SQLiteTable): Promise<number> {
  const [row] = await site.store.read.select({ n: count() }).from(table);
  return row!.n;
}

describe('a slug', () => {
  test('is made from the name, and numbered when taken', async () => {
    const [first, second, third] = [
      await newPage(site),
      await newPage(site),
      await newPage(site, { name: '東京' }),
    ];
    expect([await slugOf(first), await slugOf(second), await slugOf(third)]).toEqual([
      'northwind',
      'northwind-2',
      'page-1',
    ]);
  });

  test('that is taken is refused', async () => {
    await newPage(site, { slug: 'acme' });
    await expect(newPage(site, { slug: 'acme' })).rejects.toMatchObject({ kind: 'conflict' });
    const other = await newPage(site);
    await expect(patch(other, { slug: 'acme' })).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('that a page left rests for 90 days, for everybody but that page', async () => {
    const page = await newPage(site, { slug: 'old' });
    await patch(page, { slug: 'new' });
    await expect(newPage(site, { slug: 'old' })).rejects.toMatchObject({ kind: 'conflict' });
    expect(await slugOf(await newPage(site, { name: 'Old' }))).toBe('old-2');
    await patch(page, { slug: 'old' });
    await patch(page, { slug: 'new' });
    site.clock.advance(90 * DAY - 1);
    await expect(newPage(site, { slug: 'old' })).rejects.toMatchObject({ kind: 'conflict' });
    site.clock.advance(1);
    expect(await slugOf(await newPage(site, { slug: 'old' }))).toBe('old');
  });

  test('of a deleted page rests for 90 days, and so do those that it had left', async () => {
    const page = await newPage(site, { slug: 'first' });
    await patch(page, { slug: 'second' });
    await remove(page);
    for (const slug of ['first', 'second'])
      await expect(newPage(site, { slug })).rejects.toMatchObject({ kind: 'conflict' });
    site.clock.advance(90 * DAY);
    await newPage(site, { slug: 'first' });
    await remove(await newPage(site, { slug: 'second' }));
    await expect(newPage(site, { slug: 'second' })).rejects.toMatchObject({ kind: 'conflict' });
  });
});

describe('the default page', () => {
  test('is the first one made, until the operator says otherwise', async () => {
    const first = await newPage(site);
    await newPage(site, { slug: 'second' });
    expect(await defaultPage()).toBe(first);
    await setDefaultPage(site.manager, 'second');
    expect(await defaultPage()).not.toBe(first);
    await expect(setDefaultPage(site.manager, 'nowhere')).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('is the demo’s only while there is no other', async () => {
    const demo = (await createPage(site.manager, site.actor, { name: 'Demo' }, { demo: true })).value;
    expect(await defaultPage()).toBe(demo);
    const own = await newPage(site);
    expect(await defaultPage()).toBe(own);
    await createPage(site.manager, site.actor, { name: 'Demo' }, { demo: true });
    expect(await defaultPage()).toBe(own);
  });

  test('is followed by the next one made when it is deleted, and by none at the end', async () => {
    const first = await newPage(site);
    const demo = (await createPage(site.manager, site.actor, { name: 'Demo' }, { demo: true })).value;
    const last = await newPage(site);
    await remove(first);
    expect(await defaultPage()).toBe(last);
    await remove(last);
    expect(await defaultPage()).toBe(demo);
    await remove(demo);
    expect(await defaultPage()).toBeUndefined();
  });
});

describe('a domain', () => {
  test('belongs to one page, and routes only once it is allowed', async () => {
    const page = await newPage(site, { domain: 'status.acme.example' });
    await expect(newPage(site, { domain: 'status.acme.example' })).rejects.toMatchObject({
      kind: 'conflict',
    });
    const before = await pageRow(site, page);
    expect(before.domainRoutedAt).toBeNull();
    await allowDomain(site.manager, 'status.ACME.example');
    expect(await pageRow(site, page)).toMatchObject({
      domainRoutedAt: site.clock.now,
      revision: before.revision + 1,
    });
    await expect(allowDomain(site.manager, 'other.example')).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('that is changed has to be seen again, with another token', async () => {
    const page = await newPage(site, { domain: 'a.example' });
    await allowDomain(site.manager, 'a.example');
    const before = await pageRow(site, page);
    await patch(page, { domain: 'a.example', name: 'Same domain' });
    expect(await pageRow(site, page)).toMatchObject({
      domainRoutedAt: before.domainRoutedAt,
      domainToken: before.domainToken,
    });
    await patch(page, { domain: 'b.example' });
    const after = await pageRow(site, page);
    expect(after.domainRoutedAt).toBeNull();
    expect(after.domainToken).not.toBe(before.domainToken);
    await newPage(site, { domain: 'a.example' });
  });
});

describe('a page', () => {
  test('keeps its own language among its languages', async () => {
    const page = await newPage(site);
    expect(await pageRow(site, page)).toMatchObject({
      language: 'en',
      languages: ['en'],
      timezone: 'Etc/UTC',
      revision: 1,
    });
  });

  test('can not be made by a key that is bound to pages', async () => {
    const bound = { ...site.actor, pageIds: [] };
    await expect(createPage(site.manager, bound, { name: 'Mine' })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  test('is deleted with all that belongs to it, and leaves its audit', async () => {
    const page = await newPage(site);
    const group = (await createGroup(site.manager, site.actor, page, { name: 'Region' })).value;
    const api = (await createComponent(site.manager, site.actor, page, { name: 'API', group_id: group }))
      .value;
    const said = [{ id: api, status: 'major_outage' }];
    const fault = incidentCreate.parse({
      title: 'Errors',
      body: 'Errors.',
      components: said,
      started_at: site.clock.iso(-3 * DAY),
    });
    await openIncident(site.manager, site.actor, page, fault);
    const times = { starts_at: site.clock.iso(-HOUR), ends_at: site.clock.iso(HOUR) };
    await planMaintenance(
      site.manager,
      site.actor,
      page,
      maintenanceCreate.parse({ title: 'Work', body: 'Work.', component_ids: [api], ...times }),
    );
    await expect(
      deletePage(site.manager, { ...site.actor, organizationId: group }, page),
    ).rejects.toMatchObject({ kind: 'not_found' });
    await remove(page);
    const kept = ['organizations', 'settings', 'resting_slugs', 'audit_events'];
    for (const table of Object.values(schema)) {
      const name = getTableName(table as SQLiteTable);
      if (!kept.includes(name)) expect([name, await rowsOf(table as SQLiteTable)]).toEqual([name, 0]);
    }
    const [last] = await site.store.read.all<{ action: string }>(
      sql`select action from audit_events order by id desc limit 1`,
    );
    expect(last!.action).toBe('page.deleted');
    expect(site.deleted).toEqual([{ id: page, slugs: ['northwind'] }]);
  });
});
