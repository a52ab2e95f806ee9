/** What becomes of deliveries over hours and days: the clock is the test's, the receivers are real. */
import { BlockList } from 'node:net';
import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { users } from '../../db/accounts.ts';
import { letters } from '../../db/messages.ts';
import { outbox } from '../../db/schema.ts';
import { createSecrets } from '../../src/auth/secrets.ts';
import { newId } from '../../src/domain/ids.ts';
import { LETTER_SEAL } from '../../src/domain/letters.ts';
import { webhookCreate } from '../../src/domain/webhooks.ts';
import { incidentMessage, maintenanceMessage } from '../../src/http/webhook-answers.ts';
import { listAuditEvents } from '../../src/manage/audit.ts';
import { deleteComponent } from '../../src/manage/components.ts';
import { deleteIncident } from '../../src/manage/incidents.ts';
import { listWebhookDeliveries } from '../../src/manage/webhook-deliveries.ts';
import { disableWebhook } from '../../src/manage/webhook-health.ts';
import { createWebhook, deleteWebhook, editWebhook, getWebhook } from '../../src/manage/webhooks.ts';
import { fanOutToWebhooks } from '../../src/notify/webhooks/fan-out.ts';
import { WebhookLane, type WebhookLaneOptions } from '../../src/notify/webhooks/lane.ts';
import { type Desk, deskOf, down } from '../fixtures/desk.ts';
import { assertSigned, openReceiver, type Receiver } from '../fixtures/receiver.ts';
import { DAY, HOUR, MINUTE, newPage, openSite, type Site } from '../fixtures/store.ts';
import { until } from '../server/first-page.ts';

const FIRST = { limit: 100, offset: 0 };
let site: Site;
let page: string;
let desk: Desk;
let receiver: Receiver;
let lane: WebhookLane;
const switchedOff: string[] = [];

function laneOf(holder: string, options: Partial<WebhookLaneOptions> = {}): WebhookLane {
  const allowed = new BlockList();
  allowed.addAddress('127.0.0.1');
  return new WebhookLane({
    ...{ store: site.store, secrets: site.manager.secrets, holder, alone: false, allowed },
    publicUrl: 'https://status.example.com',
    resolve: async () => [],
    now: () => site.clock.now,
    random: () => 0,
    disable: async (id, reason) => {
      switchedOff.push(reason);
      await disableWebhook(site.manager, id, reason);
    },
    log: { error: (fields, text) => expect.fail(`${text}: ${JSON.stringify(fields)}`) },
    ...options,
  });
}

beforeEach(async () => {
  site = await openSite();
  page = await newPage(site, { slug: 'acme' });
  desk = deskOf(site, page);
  receiver = await openReceiver();
  switchedOff.length = 0;
  lane = laneOf('one');
});
afterEach(async () => {
  await receiver.close();
  await site.close();
});

async function hook(body: object = {}): Promise<{ id: string; secret: string }> {
  const input = webhookCreate.parse({ url: `${receiver.url}/`, ...body });
  return (await createWebhook(site.manager, site.actor, page, input)).value;
}

/** Makes the deliveries of all that was not told yet. */
async function fanOut(): Promise<void> {
  const { store, clock } = site;
  for (const row of await store.read.select().from(outbox).orderBy(asc(outbox.id))) {
    if (row.fannedOutAt !== null) continue;
    const componentIds = (row.payload.component_ids ?? []) as string[];
    await store.write(async (tx) => {
      await tx.update(outbox).set({ fannedOutAt: clock.now }).where(eq(outbox.id, row.id));
      const told = await fanOutToWebhooks(tx, { ...row, componentIds }, clock.now);
      // As a fan-out that was cut off and begins again.
      expect(await fanOutToWebhooks(tx, { ...row, componentIds }, clock.now)).toBe(told);
    });
  }
}

/** Sends all that is due now. */
async function send(): Promise<void> {
  await fanOut();
  for (let began = 1; began > 0; ) {
    await lane.tick();
    began = lane.atWork;
    await lane.idle();
  }
}

const log = async (id: string) => (await listWebhookDeliveries(site.store.read, id, null, FIRST)).items;
const read = (id: string) => getWebhook(site.store.read, page, id);
const types = () => receiver.received.map(({ body }) => body.type);

describe('A webhook is told', () => {
  test('of an incident’s life, in its order, signed, in the form that the document has', async () => {
    const { id, secret } = await hook();
    const cart = await desk.add('Cart');
    const incident = await desk.open({ components: [down(cart)] });
    await send();
    site.clock.advance(MINUTE);
    const update = await desk.post(incident);
    await desk.post(incident, { status: 'resolved', body: 'Over.' });
    await send();
    expect(types()).toEqual(['incident.created', 'incident.updated', 'incident.resolved']);
    const ids = (await log(id)).map((one) => one.id).reverse();
    for (const [place, call] of receiver.received.entries()) {
      incidentMessage.parse(call.body);
      assertSignedAt(call, secret);
      expect(call.headers['webhook-id']).toBe(ids[place]);
    }
    expect(receiver.received[1]!.body.data).toMatchObject({
      page: { slug: 'acme', url: 'https://status.example.com/p/acme/' },
      url: `https://status.example.com/p/acme/incidents/${incident}/`,
      update: { id: update, body: 'More is known.' },
      incident: { id: incident, components: [{ id: cart, name: 'Cart' }] },
    });
    expect(await log(id)).toEqual(
      Array(3).fill(expect.objectContaining({ state: 'sent', attempts: 1, answered: 204, error: null })),
    );
    expect(await read(id)).toMatchObject({ failingSince: null, lastSuccessAt: site.clock.now });
  });

  test('of maintenance, in the form that the document has', async () => {
    await hook();
    await desk.plan(HOUR, 2 * HOUR);
    await send();
    expect(types()).toEqual(['maintenance.scheduled']);
    maintenanceMessage.parse(receiver.received[0]!.body);
  });

  test('of the events and components that it follows, and of what names no component', async () => {
    const [cart, pay] = [await desk.add('Cart'), await desk.add('Pay')];
    await hook({ url: `${receiver.url}/cart`, component_ids: [cart] });
    await hook({ url: `${receiver.url}/resolved`, events: ['incident.resolved'] });
    await hook({ url: `${receiver.url}/off`, active: false });
    await desk.open({ components: [down(pay)] });
    await send();
    expect(receiver.received).toEqual([]);
    await desk.open({ components: [down(cart)] });
    const incident = await desk.open();
    await desk.post(incident, { status: 'resolved' });
    await send();
    expect(receiver.received.map(({ path, body }) => `${path} ${body.type}`).sort()).toEqual([
      ...['/cart incident.created', '/cart incident.created', '/cart incident.resolved'],
      '/resolved incident.resolved',
    ]);
  });

  test('nothing once the last component that it followed is gone, not even of what names none', async () => {
    const cart = await desk.add('Cart');
    await hook({ component_ids: [cart] });
    const open = await desk.open({ components: [down(cart)] });
    await send();
    await deleteComponent(site.manager, site.actor, page, cart);
    await desk.post(open);
    await desk.open();
    await send();
    expect(types()).toEqual(['incident.created']);
  });

  test('nothing of what happened before it was there, nor of an incident that was deleted meanwhile', async () => {
    await desk.open();
    site.clock.advance(1);
    const { id } = await hook();
    const incident = await desk.open();
    await fanOut();
    await deleteIncident(site.manager, site.actor, page, incident);
    await send();
    expect(receiver.received).toEqual([]);
    expect((await log(id)).map(({ state }) => state)).toEqual(['cancelled']);
  });
});

describe('When a receiver fails', () => {
  test('it is asked again later, with the same id and a new signature, and a success forgets it all', async () => {
    const { id, secret } = await hook();
    receiver.answer((_request, response) => response.writeHead(503).end());
    await desk.open();
    await send();
    const failed = { state: 'pending', attempts: 1, answered: 503, error: 'rejected' };
    expect(await log(id)).toMatchObject([{ ...failed, nextAttemptAt: site.clock.now + 5_000 }]);
    expect(await read(id)).toMatchObject({ failingSince: site.clock.now, active: true });
    await send();
    expect(receiver.received).toHaveLength(1);
    site.clock.advance(5_000);
    receiver.answer((_request, response) => response.writeHead(200).end('ok'));
    await send();
    const [first, second] = receiver.received;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
    assertSignedAt(second!, secret);
    expect(await log(id)).toMatchObject([{ state: 'sent', attempts: 2, error: null }]);
    expect(await read(id)).toMatchObject({ failingSince: null });
  });

  test('nobody else waits for it', async () => {
    const { id } = await hook();
    const other = await openReceiver();
    try {
      await hook({ url: other.url });
      receiver.answer(() => undefined);
      for (let count = 0; count < 3; count++) await desk.open();
      await fanOut();
      await until(async () => {
        await lane.tick();
        return other.received.length === 3;
      }, 'the other one is told of all');
      expect(receiver.received).toHaveLength(1);
      expect((await log(id)).map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    } finally {
      await receiver.close();
      await lane.idle();
      await other.close();
    }
    // What could not be reached is left alone for a minute, with all that waits for it.
    const waiting = (await log(id)).map(({ nextAttemptAt }) => nextAttemptAt - site.clock.now);
    expect(waiting.sort((a, b) => a - b)).toEqual([5_000, MINUTE, MINUTE]);
  });

  test('for days it is switched off, its owners get a letter, and what waits is not sent', async () => {
    const { id } = await hook();
    const organizationId = site.actor.organizationId;
    for (const [email, role] of [
      ['ann@example.com', 'owner'],
      ['bob@example.com', 'editor'],
    ] as const)
      await site.store.write((tx) =>
        tx.insert(users).values({
          ...{ id: newId(), organizationId, email, emailKey: email, role, passwordHash: 'x' },
          ...{ createdAt: site.clock.now, updatedAt: site.clock.now },
        }),
      );
    receiver.answer((_request, response) => response.writeHead(500).end());
    await desk.open();
    const begun = site.clock.now;
    await fanOut();
    while ((await read(id)).active) {
      await lane.tick();
      await lane.idle();
      if ((await read(id)).active) site.clock.advance(HOUR);
      // What is new is in the same queue.
      if (site.clock.now - begun === 60 * HOUR) await desk.open();
      await fanOut();
    }
    expect(site.clock.now - begun).toBeGreaterThanOrEqual(3 * DAY);
    expect(site.clock.now - begun).toBeLessThan(3.5 * DAY);
    expect(switchedOff).toEqual(['rejected']);
    expect(await read(id)).toMatchObject({ active: false, disabledAt: site.clock.now, failingSince: begun });
    expect((await log(id)).filter(({ state }) => state === 'pending')).toEqual([]);
    const sent = await site.store.read.select().from(letters);
    expect(sent.map(({ sealed }) => JSON.parse(site.manager.secrets.open(LETTER_SEAL, sealed)))).toEqual([
      { kind: 'webhook_disabled', to: 'ann@example.com', webhookId: id, url: `${receiver.url}/` },
    ]);
    const trail = await listAuditEvents(
      site.store.read,
      organizationId,
      { action: 'webhook.disabled' },
      FIRST,
    );
    expect(trail.items).toMatchObject([
      { subjectId: id, actor: 'notifier', details: { reason: 'rejected' } },
    ]);

    receiver.answer((_request, response) => response.writeHead(204).end());
    await editWebhook(site.manager, site.actor, page, id, { active: true });
    expect(await read(id)).toMatchObject({ active: true, disabledAt: null, failingSince: null });
    const before = receiver.received.length;
    await desk.open();
    await send();
    expect(receiver.received).toHaveLength(before + 1);
  });

  test('and says that it is gone for good, it is switched off at once', async () => {
    const { id } = await hook();
    receiver.answer((_request, response) => response.writeHead(410).end());
    await desk.open();
    await send();
    expect(await read(id)).toMatchObject({ active: false, disabledAt: site.clock.now });
    expect(switchedOff).toEqual(['gone']);
  });
});

describe('What waits for a webhook', () => {
  test('is not sent when it is deleted or switched off', async () => {
    const { id: deleted } = await hook();
    const { id: off } = await hook();
    await desk.open();
    await fanOut();
    await deleteWebhook(site.manager, site.actor, page, deleted);
    await editWebhook(site.manager, site.actor, page, off, { active: false });
    await send();
    expect(receiver.received).toEqual([]);
    for (const id of [deleted, off]) expect(await log(id)).toMatchObject([{ state: 'cancelled' }]);
  });

  test('and can not be written, since its secret was sealed with another SECRET_KEY, is tried like what fails', async () => {
    const { id } = await hook();
    await desk.open();
    const complaints: string[] = [];
    lane = laneOf('other', {
      secrets: createSecrets('another secret of this test, long enough'),
      log: { error: (_fields, text) => complaints.push(text) },
    });
    await send();
    expect(complaints).toHaveLength(1);
    expect(receiver.received).toEqual([]);
    expect(await log(id)).toMatchObject([{ state: 'pending', attempts: 1, error: 'not_written' }]);
  });

  test('is sent again when a process had to break off, and that is no failure', async () => {
    const { id } = await hook();
    receiver.answer(() => undefined);
    await desk.open();
    await fanOut();
    await lane.tick();
    await receiver.got(1);
    await lane.breakOff();
    expect(await log(id)).toMatchObject([{ state: 'pending', attempts: 0, error: null }]);
    expect(await read(id)).toMatchObject({ failingSince: null });
    receiver.answer((_request, response) => response.writeHead(204).end());
    lane = laneOf('next');
    await send();
    const [first, second] = receiver.received;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(await log(id)).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  test('is sent once when two processes are at it', async () => {
    await Promise.all(Array.from({ length: 5 }, () => hook()));
    for (let count = 0; count < 4; count++) await desk.open();
    await fanOut();
    const lanes = [lane, laneOf('two')];
    let atWork = 1;
    while (atWork > 0) {
      await Promise.all(lanes.map((one) => one.tick()));
      atWork = lanes[0]!.atWork + lanes[1]!.atWork;
      await Promise.all(lanes.map((one) => one.idle()));
    }
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });
});

/** The scheme's library compares with the time that it is; the clock of this test stands elsewhere. */
function assertSignedAt(call: Receiver['received'][number], secret: string): void {
  assertSigned(call, secret, Number(call.headers['webhook-timestamp']) * 1000);
}
