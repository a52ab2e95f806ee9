/** The rows of the webhook lane: claimed by lease, and what became of an attempt. */
import { and, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { deliveries, webhooks } from '../../../db/messages.ts';
import { outbox, pages } from '../../../db/schema.ts';
import type { Store } from '../../../db/transaction.ts';
import { CLAIM_MS, DATABASE_NOW } from '../claims.ts';
import { DISABLE_AFTER_MS, pauseAfter } from './backoff.ts';
import type { Attempt } from './call.ts';
import type { ToldEvent, ToldPage } from './message.ts';

/** So many due rows are looked at when some are claimed. */
const WINDOW = 500;
/** A receiver that could not be reached is left alone for so long, with all that waits for it. */
const REST_MS = 60_000;

/** A delivery with all that is needed to make it. */
export interface Claimed {
  id: string;
  attempts: number;
  webhookId: string;
  url: string;
  sealedSecret: string;
  told: ToldEvent;
  page: ToldPage;
}

/**
 * Takes due deliveries, at most one for each webhook: what is slow or dead holds up nothing but itself. Two processes
 * never get the same one, nor call one receiver at the same time.
 *
 * @param busy webhooks that this process is calling
 */
export async function claimDeliveries(
  store: Store,
  holder: string,
  busy: readonly string[],
  limit: number,
  now: number,
): Promise<Claimed[]> {
  const due = await store.read.all<{ id: string; recipient: string }>(sql`
    select id, recipient_id as recipient from deliveries
    where channel = 'webhook' and state = 'pending' and next_attempt_at <= ${now}
      and (lease_until is null or lease_until < ${sql.raw(DATABASE_NOW)})
      and recipient_id not in (select value from json_each(${JSON.stringify(busy)}))
    order by next_attempt_at, id limit ${WINDOW}`);
  const first = new Map<string, string>();
  for (const { id, recipient } of due)
    if (first.size < limit && !first.has(recipient)) first.set(recipient, id);
  if (first.size === 0) return [];
  const claimed = await store.write((tx) =>
    tx.all<{ id: string }>(sql`
      update deliveries set lease_holder = ${holder}, lease_until = ${sql.raw(DATABASE_NOW)} + ${CLAIM_MS}
      where id in (select value from json_each(${JSON.stringify([...first.values()])})) and state = 'pending'
        and not exists (select 1 from deliveries o where o.recipient_id = deliveries.recipient_id
          and o.state = 'pending' and o.lease_until >= ${sql.raw(DATABASE_NOW)})
      returning id`),
  );
  const ids = claimed.map(({ id }) => id);
  return ids.length === 0 ? [] : read(store, ids, holder, now);
}

/** Gives back what a process that is gone had claimed: on a file database this one alone is at work. */
export async function freeClaims(store: Store): Promise<void> {
  await store.write((tx) =>
    tx
      .update(deliveries)
      .set({ leaseHolder: null, leaseUntil: null })
      .where(
        and(
          eq(deliveries.channel, 'webhook'),
          eq(deliveries.state, 'pending'),
          isNotNull(deliveries.leaseUntil),
        ),
      ),
  );
}

async function read(store: Store, ids: string[], holder: string, now: number): Promise<Claimed[]> {
  const rows = await store.read
    .select({
      id: deliveries.id,
      attempts: deliveries.attempts,
      webhookId: deliveries.recipientId,
      url: webhooks.url,
      sealedSecret: webhooks.sealedSecret,
      active: webhooks.active,
      event: outbox.event,
      subjectId: outbox.subjectId,
      payload: outbox.payload,
      createdAt: outbox.createdAt,
      page: {
        id: pages.id,
        name: pages.name,
        slug: pages.slug,
        domain: sql<string | null>`iif(${pages.domainRoutedAt} is null, null, ${pages.domain})`,
      },
    })
    .from(deliveries)
    .innerJoin(outbox, eq(outbox.id, deliveries.eventId))
    .innerJoin(pages, eq(pages.id, deliveries.pageId))
    .innerJoin(webhooks, eq(webhooks.id, deliveries.recipientId))
    .where(and(inArray(deliveries.id, ids), eq(webhooks.active, true)));
  const found = new Set(rows.map(({ id }) => id));
  // Meanwhile the webhook was deleted or switched off.
  const orphans = ids.filter((id) => !found.has(id));
  if (orphans.length > 0) await cancel(store, orphans, holder, now);
  return rows.map(
    ({ id, attempts, webhookId, url, sealedSecret, page, event, subjectId, payload, createdAt }) => {
      const updateId = typeof payload.update_id === 'string' ? payload.update_id : null;
      return {
        id,
        attempts,
        webhookId,
        url,
        sealedSecret,
        page,
        told: { event, subjectId, updateId, createdAt },
      };
    },
  );
}

/** What was claimed and not tried: it can be claimed again at once. */
export async function release(store: Store, id: string, holder: string): Promise<void> {
  await store.write((tx) =>
    tx
      .update(deliveries)
      .set({ leaseHolder: null, leaseUntil: null })
      .where(and(eq(deliveries.id, id), eq(deliveries.leaseHolder, holder))),
  );
}

/** How much waits for webhooks, and how many of them fail. */
export async function webhookFigures(read: Database): Promise<{ waiting: number; failing: number }> {
  const [row] = await read.all<{ waiting: number; failing: number }>(sql`select
    (select count(*) from deliveries where channel = 'webhook' and state = 'pending') as waiting,
    (select count(*) from webhooks where active = 1 and failing_since is not null) as failing`);
  return row!;
}

/** What is not to be sent after all. */
export async function cancel(store: Store, ids: string[], holder: string, now: number): Promise<void> {
  await store.write((tx) =>
    tx
      .update(deliveries)
      .set({ state: 'cancelled', leaseHolder: null, leaseUntil: null, doneAt: now })
      .where(
        and(inArray(deliveries.id, ids), eq(deliveries.state, 'pending'), eq(deliveries.leaseHolder, holder)),
      ),
  );
}

/**
 * Records an attempt on its delivery and on its webhook, in one transaction.
 *
 * @param random from 0 to 1, for the jitter
 * @returns whether the webhook has to be switched off: it fails for days, or its receiver is gone
 */
export async function recordAttempt(
  store: Store,
  holder: string,
  { id, attempts, webhookId }: Claimed,
  { answered, error, durationMs, retryAfterMs }: Attempt,
  random: number,
  now: number,
): Promise<{ disable: boolean }> {
  const pause = error === null ? null : pauseAfter(attempts + 1, random, retryAfterMs);
  const state = error === null ? 'sent' : pause === null ? 'failed' : 'pending';
  return store.write(async (tx) => {
    await tx
      .update(deliveries)
      .set({
        state,
        attempts: attempts + 1,
        ...(pause === null ? { doneAt: now } : { nextAttemptAt: now + pause }),
        ...{ error, answered, durationMs, leaseHolder: null, leaseUntil: null },
      })
      // One that was cancelled meanwhile, or that another process took over, is not ours to write.
      .where(and(eq(deliveries.id, id), eq(deliveries.leaseHolder, holder), eq(deliveries.state, 'pending')));
    if (error === null) {
      await tx
        .update(webhooks)
        .set({ failingSince: null, lastSuccessAt: now })
        .where(eq(webhooks.id, webhookId));
      return { disable: false };
    }
    const [webhook] = await tx
      .update(webhooks)
      .set({ failingSince: sql`coalesce(${webhooks.failingSince}, ${now})` })
      .where(eq(webhooks.id, webhookId))
      .returning({ failingSince: webhooks.failingSince });
    if (answered === null) {
      await tx
        .update(deliveries)
        .set({ nextAttemptAt: now + REST_MS })
        .where(
          and(
            eq(deliveries.recipientId, webhookId),
            eq(deliveries.state, 'pending'),
            lte(deliveries.nextAttemptAt, now),
          ),
        );
    }
    const since = webhook?.failingSince ?? now;
    return { disable: webhook !== undefined && (error === 'gone' || now - since >= DISABLE_AFTER_MS) };
  });
}
