import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { incidentCreate } from '../../src/domain/input.ts';
import type { ComponentStatus } from '../../src/domain/status.ts';
import { setComponentStatuses } from '../../src/manage/component-statuses.ts';
import { createComponent } from '../../src/manage/components.ts';
import { allowDomain } from '../../src/manage/domains.ts';
import { deleteIncident, openIncident } from '../../src/manage/incidents.ts';
import { deletePage, editPage } from '../../src/manage/pages.ts';
import { loadPage } from '../../src/snapshot/load.ts';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';
import { PUBLIC_URL, plain, snapshotOf } from '../fixtures/snapshot-of.ts';
import { DAY, HOUR, newPage, openSite, runSchedule, type Site } from '../fixtures/store.ts';

describe('a snapshot', () => {
  let site: Site;
  let pageId: string;
  let api: string;
  beforeEach(async () => {
    site = await openSite();
    pageId = await newPage(site);
    api = (await createComponent(site.manager, site.actor, pageId, { name: 'API' })).value;
    await createComponent(site.manager, site.actor, pageId, { name: 'Web' });
  });
  afterEach(() => site.close());

  const open = (body: Record<string, unknown>) =>
    openIncident(
      site.manager,
      site.actor,
      pageId,
      incidentCreate.parse({ title: 'Errors', body: 'Errors.', ...body }),
    );
  const set = (status: ComponentStatus) =>
    setComponentStatuses(site.manager, site.actor, pageId, [{ id: api, status }]);
  const pass = async (ms: number) => {
    site.clock.advance(ms);
    await runSchedule(site, pageId);
  };

  test('hands on the same closed days until one of them changes', async () => {
    await set('major_outage');
    await pass(2 * DAY);
    await set('operational');
    await pass(DAY);
    const first = await snapshotOf(site, pageId);
    await createComponent(site.manager, site.actor, pageId, { name: 'Mail' });
    const second = await snapshotOf(site, pageId, first);
    expect(second.components[0]!.days).toBe(first.components[0]!.days);
    await open({
      started_at: site.clock.iso(-DAY),
      status: 'resolved',
      components: [{ id: api, status: 'partial_outage' }],
    });
    const third = await snapshotOf(site, pageId, second);
    expect(third.components[0]!.days).not.toBe(first.components[0]!.days);
    expect(third.components[0]!.days).toHaveLength(4);
  });

  test('goes on with the day, and with the next one, at the same revision', async () => {
    await set('major_outage');
    const at = async (ms: number, known: PageSnapshot | null) => {
      site.clock.advance(ms);
      const next = await snapshotOf(site, pageId, known);
      expect(plain(next)).toEqual(plain(await snapshotOf(site, pageId)));
      return next;
    };
    const noon = await snapshotOf(site, pageId);
    expect(noon.components[0]!.percent).toEqual({ 1: null, 7: null, 30: null, 90: null });
    const evening = await at(6 * HOUR, noon);
    expect(evening.days.at(-1)).toMatchObject({ date: '2026-01-14', length: 18 * HOUR });
    expect(evening.components[0]!.days).toMatchObject([
      { date: '2026-01-14', shown: { major_outage: 6 * HOUR } },
    ]);
    const next = await at(7 * HOUR, evening);
    expect(next.days.at(-1)).toMatchObject({ date: '2026-01-15', length: HOUR });
    expect(next.components[0]!.days.map(({ shown }) => shown.major_outage / HOUR)).toEqual([12, 1]);
    await runSchedule(site, pageId);
    const closed = await at(0, next);
    expect(closed.revision).toBe(noon.revision);
    expect(closed.components).toEqual(next.components);
    expect(closed.components[1]!.percent).toEqual({ 1: 100, 7: 100, 30: 100, 90: 100 });
  });

  test('shows 90 days, also when no day was closed for longer than that', async () => {
    await set('partial_outage');
    site.clock.advance(10 * DAY);
    await set('major_outage');
    site.clock.advance(100 * DAY);
    await set('operational');
    site.clock.advance(10 * DAY);
    const late = await snapshotOf(site, pageId);
    expect(late.days).toHaveLength(90);
    const { days } = late.components[0]!;
    expect([days.length, days[0], days.at(-1)!.shown.major_outage]).toEqual([
      80,
      { date: late.days[0]!.date, shown: expect.objectContaining({ major_outage: DAY, operational: 0 }) },
      12 * HOUR,
    ]);
    await runSchedule(site, pageId);
    expect((await snapshotOf(site, pageId)).components).toEqual(late.components);
  });

  test('lists the hundred newest incidents, and every open one besides', async () => {
    const old = (await open({ started_at: site.clock.iso(-90 * DAY) })).value;
    for (let n = 1; n <= 101; n++)
      await open({
        status: 'resolved',
        started_at: site.clock.iso(-n * HOUR),
        resolved_at: site.clock.iso(-n * HOUR),
      });
    const listed = await snapshotOf(site, pageId);
    expect(listed.incidents).toHaveLength(101);
    expect(listed.incidents.at(-1)!.id).toBe(old);
    expect(listed.incidents.map(({ startedAt }) => startedAt)).toEqual(
      listed.incidents.map(({ startedAt }) => startedAt).sort((a, b) => b - a),
    );
    expect(listed).toMatchObject({
      totals: { incidents: 102 },
      headline: { openIncidents: 1 },
      firstMonth: '2025-10',
    });
    await deleteIncident(site.manager, site.actor, pageId, listed.incidents[0]!.id);
    const moved = await snapshotOf(site, pageId, listed);
    expect(plain(moved)).toEqual(plain(await snapshotOf(site, pageId)));
    expect(moved.incidents).toHaveLength(101);
  });

  test('says how the page is: headline, counts, address', async () => {
    expect(await snapshotOf(site, pageId)).toMatchObject({
      status: 'operational',
      headline: { kind: 'operational' },
      firstMonth: '2026-01',
      page: { url: `${PUBLIC_URL}/p/northwind`, formUrl: `${PUBLIC_URL}/p/northwind` },
    });
    await open({});
    expect(await snapshotOf(site, pageId)).toMatchObject({
      status: 'operational',
      headline: { kind: 'incident_open', openIncidents: 1 },
    });
    await set('major_outage');
    await createComponent(site.manager, site.actor, pageId, { name: 'Mail' });
    expect(await snapshotOf(site, pageId)).toMatchObject({
      status: 'major_outage',
      headline: { kind: 'partial_outage', affected: 1, components: 3 },
      indicators: { operational: 2, major_outage: 1, partial_outage: 0 },
      totals: { components: 3, incidents: 1, maintenance: 0 },
    });
    await editPage(site.manager, site.actor, pageId, { domain: 'status.acme.example' });
    expect((await snapshotOf(site, pageId)).page.url).toBe(`${PUBLIC_URL}/p/northwind`);
    await allowDomain(site.manager, 'status.acme.example');
    expect((await snapshotOf(site, pageId)).page.url).toBe('https://status.acme.example');
  });

  test('of a page that is gone is none', async () => {
    await deletePage(site.manager, site.actor, pageId);
    expect(await loadPage(site.store.read, pageId, null, null)).toBeNull();
  });
});
