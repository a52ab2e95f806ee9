import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createComponent, deleteComponent } from '../../src/manage/components.ts';
import { deleteUpdate } from '../../src/manage/incident-updates.ts';
import { deleteIncident } from '../../src/manage/incidents.ts';
import { type Desk, deskOf, down, slow, well } from '../fixtures/desk.ts';
import { HOUR, MINUTE, newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
let desk: Desk;
let api: string;
let web: string;
let mail: string;

beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
  desk = deskOf(site, pageId);
  [api, web, mail] = [await desk.add('API'), await desk.add('Web'), await desk.add('Mail')];
  site.clock.advance(HOUR);
});
afterEach(() => site.close());

describe('what an incident says of components', () => {
  test('is changed by an update only where the update names them', async () => {
    const id = await desk.open({ components: [down(api), slow(web)] });
    await desk.post(id, { components: [slow(api)] });
    expect(await desk.says(id)).toEqual({ API: 'degraded_performance', Web: 'degraded_performance' });
    await desk.post(id, { components: [] });
    await desk.post(id, { components: [down(mail)] });
    expect(await desk.says(id)).toEqual({
      API: 'degraded_performance',
      Web: 'degraded_performance',
      Mail: 'major_outage',
    });
    expect(await desk.shown()).toEqual({
      API: 'degraded_performance',
      Web: 'degraded_performance',
      Mail: 'major_outage',
    });
  });

  test('is taken back by operational, and the component stays listed', async () => {
    const id = await desk.open({ components: [down(api), down(web)] });
    await desk.post(id, { components: [well(api)] });
    expect(await desk.says(id)).toEqual({ API: 'operational', Web: 'major_outage' });
    expect(await desk.shown()).toEqual({ API: 'operational', Web: 'major_outage', Mail: 'operational' });
  });

  test('is all taken back when it is resolved', async () => {
    const id = await desk.open({ components: [down(api), down(web)] });
    await desk.post(id, { status: 'resolved', components: [slow(web)] });
    expect(await desk.says(id)).toEqual({ API: 'operational', Web: 'operational' });
    expect(await desk.shown()).toEqual({ API: 'operational', Web: 'operational', Mail: 'operational' });
  });

  test('begins anew when it is reopened: then it says only what it names', async () => {
    const id = await desk.open({ components: [down(api), down(web)] });
    await desk.post(id, { status: 'resolved' });
    site.clock.advance(MINUTE);
    await desk.post(id, { status: 'monitoring', components: [slow(web)] });
    expect(await desk.incident(id)).toMatchObject({ status: 'monitoring', resolvedAt: null });
    expect(await desk.says(id)).toEqual({ API: 'operational', Web: 'degraded_performance' });
    expect(await desk.shown()).toMatchObject({ API: 'operational', Web: 'degraded_performance' });
  });

  test('does not hide what another incident says of the same component', async () => {
    const first = await desk.open({ components: [down(api)] });
    const second = await desk.open({ components: [slow(api)] });
    expect(await desk.shown()).toMatchObject({ API: 'major_outage' });
    await desk.post(first, { status: 'resolved' });
    expect(await desk.shown()).toMatchObject({ API: 'degraded_performance' });
    await deleteIncident(site.manager, site.actor, pageId, second);
    expect(await desk.shown()).toMatchObject({ API: 'operational' });
  });

  test('is listed with each update as it was said there', async () => {
    const id = await desk.open({ components: [down(api)] });
    await desk.post(id, { components: [slow(web), well(api)] });
    const { updates } = await desk.incident(id);
    expect(updates.map((update) => update.components.map(({ name, status }) => `${name} ${status}`))).toEqual(
      [['Web degraded_performance', 'API operational'], ['API major_outage']],
    );
  });

  test('can only name components of its own page', async () => {
    const other = await newPage(site, { name: 'Elsewhere' });
    const foreign = (await createComponent(site.manager, site.actor, other, { name: 'Theirs' })).value;
    const before = await pageRow(site, pageId);
    await expect(desk.open({ components: [down(api), down(foreign)] })).rejects.toMatchObject({
      kind: 'invalid',
    });
    const id = await desk.open();
    await expect(desk.post(id, { components: [down(foreign)] })).rejects.toMatchObject({ kind: 'invalid' });
    expect((await pageRow(site, pageId)).revision).toBe(before.revision + 1);
    expect(await desk.shown()).toMatchObject({ API: 'operational' });
  });
});

describe('the status of an incident', () => {
  test('is that of the newest update, also after one was deleted', async () => {
    const id = await desk.open({ components: [down(api)] });
    await desk.post(id, { status: 'monitoring' });
    site.clock.advance(MINUTE);
    const last = await desk.post(id, { status: 'resolved' });
    expect(await desk.incident(id)).toMatchObject({ status: 'resolved', resolvedAt: site.clock.now });
    await deleteUpdate(site.manager, site.actor, pageId, id, last);
    expect(await desk.incident(id)).toMatchObject({ status: 'monitoring', resolvedAt: null });
    expect(await desk.shown()).toMatchObject({ API: 'major_outage' });
  });

  test('keeps the time at which it was resolved when a word is added later', async () => {
    const id = await desk.open();
    const resolvedAt = site.clock.now;
    await desk.post(id, { status: 'resolved' });
    site.clock.advance(HOUR);
    const word = await desk.post(id, { status: 'resolved' });
    expect((await desk.incident(id)).resolvedAt).toBe(resolvedAt);
    await deleteUpdate(site.manager, site.actor, pageId, id, word);
    expect((await desk.incident(id)).resolvedAt).toBe(resolvedAt);
  });

  test('was resolved later when the update that resolved it first is deleted', async () => {
    const id = await desk.open();
    const first = await desk.post(id, { status: 'resolved' });
    site.clock.advance(HOUR);
    await desk.post(id, { status: 'resolved' });
    await deleteUpdate(site.manager, site.actor, pageId, id, first);
    expect((await desk.incident(id)).resolvedAt).toBe(site.clock.now);
  });

  test('was resolved earlier when the update that had reopened it is deleted', async () => {
    const id = await desk.open();
    const resolvedAt = site.clock.now;
    await desk.post(id, { status: 'resolved' });
    site.clock.advance(HOUR);
    const again = await desk.post(id, { status: 'investigating' });
    site.clock.advance(HOUR);
    await desk.post(id, { status: 'resolved' });
    await deleteUpdate(site.manager, site.actor, pageId, id, again);
    expect((await desk.incident(id)).resolvedAt).toBe(resolvedAt);
  });
});

describe('deleting an update', () => {
  test('takes back what it alone had said', async () => {
    const id = await desk.open({ components: [slow(api)] });
    site.clock.advance(MINUTE);
    const worse = await desk.post(id, { components: [down(api), down(web)] });
    site.clock.advance(MINUTE);
    await deleteUpdate(site.manager, site.actor, pageId, id, worse);
    expect(await desk.says(id)).toEqual({ API: 'degraded_performance' });
    expect(await desk.shown()).toEqual({
      API: 'degraded_performance',
      Web: 'operational',
      Mail: 'operational',
    });
    expect((await desk.incident(id)).impact).toBe('minor');
  });

  test('is refused for the only one', async () => {
    const id = await desk.open();
    const only = (await desk.incident(id)).updates[0]!.id;
    await expect(deleteUpdate(site.manager, site.actor, pageId, id, only)).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  test('is refused for one of another incident', async () => {
    const id = await desk.open();
    await desk.post(id);
    const other = (await desk.incident(await desk.open())).updates[0]!.id;
    await expect(deleteUpdate(site.manager, site.actor, pageId, id, other)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('a component that is deleted', () => {
  test('leaves open incidents, and stays by its name in past ones', async () => {
    const past = await desk.open({ components: [down(api), down(web)] });
    await desk.post(past, { status: 'resolved' });
    const current = await desk.open({ components: [down(api), down(web)] });
    await deleteComponent(site.manager, site.actor, pageId, api);
    expect(await desk.says(current)).toEqual({ Web: 'major_outage' });
    expect(await desk.says(past)).toEqual({ API: 'operational', Web: 'operational' });
    await desk.post(past, { status: 'investigating', components: [slow(web)] });
    expect(await desk.says(past)).toEqual({ API: 'operational', Web: 'degraded_performance' });
  });
});
