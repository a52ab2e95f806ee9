import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteUpdate, editUpdate, writePostmortem } from '../../src/manage/incident-updates.ts';
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

describe('the impact', () => {
  test('follows from the worst that was said', async () => {
    expect((await desk.incident(await desk.open())).impact).toBe('none');
    expect(
      (await desk.incident(await desk.open({ components: [{ id: api, status: 'under_maintenance' }] })))
        .impact,
    ).toBe('minor');
    expect(
      (await desk.incident(await desk.open({ components: [{ id: api, status: 'partial_outage' }] }))).impact,
    ).toBe('minor');
    expect((await desk.incident(await desk.open({ components: [down(api)] }))).impact).toBe('major');
    expect(
      (await desk.incident(await desk.open({ components: [down(api), down(web), down(mail)] }))).impact,
    ).toBe('critical');
  });

  test('follows later updates upwards, never downwards', async () => {
    const id = await desk.open({ components: [slow(api)] });
    await desk.post(id, { components: [down(api)] });
    expect((await desk.incident(id)).impact).toBe('major');
    await desk.post(id, { components: [down(web), down(mail)] });
    expect((await desk.incident(id)).impact).toBe('critical');
    await desk.post(id, { components: [well(api), well(web), well(mail)] });
    await desk.post(id, { status: 'resolved' });
    expect((await desk.incident(id)).impact).toBe('critical');
  });

  test('stays when the page gets another component and the title is corrected', async () => {
    const id = await desk.open({ components: [down(api), down(web), down(mail)] });
    await desk.add('Storage');
    await desk.patch(id, { title: 'Everything is down' });
    expect((await desk.incident(id)).impact).toBe('critical');
    await desk.post(id);
    expect((await desk.incident(id)).impact).toBe('critical');
  });

  test('does not follow any more once it was set by hand, until that is taken back', async () => {
    const id = await desk.open({ components: [slow(api)], impact: 'none' });
    await desk.post(id, { components: [down(api)] });
    expect((await desk.incident(id)).impact).toBe('none');
    await desk.patch(id, { impact: 'critical' });
    await desk.post(id, { components: [slow(api)] });
    expect((await desk.incident(id)).impact).toBe('critical');
    await desk.patch(id, { impact: null });
    expect((await desk.incident(id)).impact).toBe('major');
  });
});

describe('who is told', () => {
  test('people are told of an incident and its updates, with the revision that shows them', async () => {
    const id = await desk.open({ components: [down(api)] });
    const opened = await pageRow(site, pageId);
    await desk.post(id, { components: [slow(web)] });
    await desk.post(id, { status: 'resolved' });
    const [first, second, third] = (await desk.incident(id)).updates.toReversed();
    expect(await desk.messages()).toEqual([
      { event: 'incident.created', revision: opened.revision, update_id: first!.id, component_ids: [api] },
      {
        event: 'incident.updated',
        revision: opened.revision + 1,
        update_id: second!.id,
        component_ids: [api, web],
      },
      {
        event: 'incident.resolved',
        revision: opened.revision + 2,
        update_id: third!.id,
        component_ids: [api, web],
      },
    ]);
  });

  test('nobody is told when the team says so, when a text is corrected, or of a deletion', async () => {
    const id = await desk.open({ notify: false });
    const update = await desk.post(id, { notify: false });
    await editUpdate(site.manager, site.actor, pageId, id, update, { body: 'Said better.' });
    await desk.patch(id, { title: 'Better', body: 'Better too.' });
    await writePostmortem(site.manager, site.actor, pageId, id, 'A cable was pulled.');
    await deleteUpdate(site.manager, site.actor, pageId, id, update);
    await deleteIncident(site.manager, site.actor, pageId, id);
    expect(await desk.messages()).toEqual([]);
  });

  test('nobody is told of what is put on record afterwards, unless asked for', async () => {
    const past = { started_at: site.clock.iso(-61 * MINUTE) };
    await desk.open(past);
    await desk.open({ status: 'resolved' });
    await desk.open({ ...past, status: 'resolved', resolved_at: site.clock.iso(-30 * MINUTE) });
    expect(await desk.messages()).toEqual([]);
    await desk.open({ ...past, notify: true });
    await desk.open({ status: 'resolved', notify: true });
    await desk.open({ started_at: site.clock.iso(-HOUR) });
    expect(await desk.events()).toEqual(['incident.created', 'incident.resolved', 'incident.created']);
  });

  test('nobody is told when an incident is resolved as of hours ago, unless asked for', async () => {
    const id = await desk.open({ started_at: site.clock.iso(-5 * HOUR) });
    await desk.patch(id, { status: 'resolved', resolved_at: site.clock.iso(-2 * HOUR) });
    expect(await desk.messages()).toEqual([]);
    await desk.patch(id, { status: 'investigating' });
    expect(await desk.events()).toEqual(['incident.updated']);
  });
});

describe('correcting an incident', () => {
  test('a new status posts an update; the same one with nothing else says nothing new', async () => {
    const id = await desk.open({ components: [down(api)] });
    await desk.patch(id, { status: 'investigating', title: 'Errors on writes', components: [] });
    expect(await desk.incident(id)).toMatchObject({
      title: 'Errors on writes',
      updates: [{ status: 'investigating' }],
    });
    await desk.patch(id, { status: 'monitoring', body: 'Mended.', components: [slow(api)] });
    expect(await desk.incident(id)).toMatchObject({
      status: 'monitoring',
      updates: [{ body: 'Mended.', status: 'monitoring' }, {}],
    });
    expect(await desk.events()).toEqual(['incident.created', 'incident.updated']);
  });

  test('a body alone corrects the first text', async () => {
    const id = await desk.open();
    await desk.post(id);
    await desk.patch(id, { body: 'We look into errors.' });
    const { updates } = await desk.incident(id);
    expect(updates.map(({ body, editedAt }) => [body, editedAt])).toEqual([
      ['More is known.', null],
      ['We look into errors.', site.clock.now],
    ]);
  });

  test('times that can not be are refused', async () => {
    const future = site.clock.iso(1000);
    await expect(desk.open({ started_at: future })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(desk.open({ resolved_at: site.clock.iso() })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(desk.open({ status: 'resolved', resolved_at: future })).rejects.toMatchObject({
      kind: 'invalid',
    });
    const backwards = {
      status: 'resolved',
      started_at: site.clock.iso(-MINUTE),
      resolved_at: site.clock.iso(-HOUR),
    };
    await expect(desk.open(backwards)).rejects.toMatchObject({ kind: 'invalid' });
    const id = await desk.open();
    await expect(desk.patch(id, { started_at: future })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(desk.patch(id, { resolved_at: site.clock.iso() })).rejects.toMatchObject({
      kind: 'invalid',
    });
    await expect(
      desk.patch(id, { status: 'resolved', resolved_at: site.clock.iso(-HOUR) }),
    ).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('the promise of a next update is cleared by an update without one, by resolving, and by hand', async () => {
    const soon = site.clock.now + HOUR;
    const promise = { next_update_at: new Date(soon).toISOString() };
    const id = await desk.open(promise);
    expect((await desk.incident(id)).nextUpdateAt).toBe(soon);
    const silent = await desk.post(id);
    expect((await desk.incident(id)).nextUpdateAt).toBeNull();
    await deleteUpdate(site.manager, site.actor, pageId, id, silent);
    expect((await desk.incident(id)).nextUpdateAt).toBe(soon);
    await desk.patch(id, { next_update_at: null });
    expect((await desk.incident(id)).nextUpdateAt).toBeNull();
    await desk.patch(id, promise);
    await desk.post(id, { status: 'resolved', ...promise });
    expect((await desk.incident(id)).nextUpdateAt).toBeNull();
  });

  test('a promise made by hand outlives the deletion of an older update', async () => {
    const id = await desk.open();
    const older = await desk.post(id);
    await desk.post(id);
    await desk.patch(id, { next_update_at: site.clock.iso(HOUR) });
    await deleteUpdate(site.manager, site.actor, pageId, id, older);
    expect((await desk.incident(id)).nextUpdateAt).toBe(site.clock.now + HOUR);
  });

  test('a postmortem keeps the time of its first version', async () => {
    const id = await desk.open();
    const first = site.clock.now;
    await writePostmortem(site.manager, site.actor, pageId, id, 'A cable.');
    site.clock.advance(HOUR);
    await writePostmortem(site.manager, site.actor, pageId, id, 'A cable was pulled.');
    expect((await desk.incident(id)).postmortem).toMatchObject({
      body: 'A cable was pulled.',
      createdAt: first,
      updatedAt: site.clock.now,
    });
  });
});
