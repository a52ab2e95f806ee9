/** The webhooks of a page. Readers see nothing of them: no change here raises a revision. */
import { randomBytes } from 'node:crypto';
import { and, count, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { deliveries, webhooks } from '../../db/messages.ts';
import { conflict, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import {
  WEBHOOK_SEAL,
  type WebhookCreate,
  type WebhookPatch,
  type WebhookSecrets,
} from '../domain/webhooks.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { namedComponents } from './component-questions.ts';
import type { Listed, Slice } from './queries.ts';

const MOST_WEBHOOKS = 100;
/** As many bytes as the signature's hash has. */
const SECRET_BYTES = 32;
/** After a rotation both secrets sign for so long. */
const ROTATION_MS = 24 * 60 * 60 * 1000;

/** A webhook as it is managed. Its secret is not in it. */
export type WebhookRecord = Omit<typeof webhooks.$inferSelect, 'sealedSecret' | 'componentIds'> & {
  /** What it follows and still is there. Null: the whole page. */
  follows: string[] | null;
};

const { sealedSecret: _, componentIds: __, ...ownColumns } = getTableColumns(webhooks);
const columns = {
  ...ownColumns,
  // Spelled out: of a single table drizzle prints `page_id` alone, which is the other one's inside of the inner query.
  follows: sql<string | null>`iif(webhooks.component_ids is null, null, (select json_group_array(f.value)
    from json_each(webhooks.component_ids) f join components c on c.id = f.value and c.page_id = webhooks.page_id))`,
};
const recordOf = (row: Omit<WebhookRecord, 'follows'> & { follows: string | null }): WebhookRecord => ({
  ...row,
  follows: row.follows === null ? null : (JSON.parse(row.follows) as string[]),
});

/** The webhooks of a page, in the order of their making. */
export async function listWebhooks(
  read: Database,
  pageId: string,
  slice: Slice,
): Promise<Listed<WebhookRecord>> {
  const ofPage = eq(webhooks.pageId, pageId);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(webhooks).where(ofPage),
    read
      .select(columns)
      .from(webhooks)
      .where(ofPage)
      .orderBy(webhooks.id)
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  return { total: total!.n, items: items.map(recordOf) };
}

/** @throws DomainError not_found */
export async function getWebhook(read: Database, pageId: string, id: string): Promise<WebhookRecord> {
  const [row] = await read
    .select(columns)
    .from(webhooks)
    .where(and(eq(webhooks.pageId, pageId), eq(webhooks.id, id)));
  if (!row) throw notFound('Webhook');
  return recordOf(row);
}

/** A secret of the Standard Webhooks scheme: `whsec_` and base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

const sealed = (manager: Manager, secrets: WebhookSecrets) =>
  manager.secrets.seal(WEBHOOK_SEAL, JSON.stringify(secrets));

/** What the rows keep: none, or null, stands for the whole page. */
async function followed(
  unit: Change,
  { component_ids: ids }: WebhookPatch,
): Promise<{ componentIds?: string[] | null }> {
  if (ids === undefined) return {};
  await namedComponents(unit, ids ?? [], 'component_ids');
  return { componentIds: ids === null || ids.length === 0 ? null : ids };
}

/**
 * Makes a webhook. Its secret is told now and never again.
 *
 * @throws DomainError invalid (component_ids), conflict when the page has too many
 */
export async function createWebhook(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: WebhookCreate,
): Promise<Outcome<{ id: string; secret: string }>> {
  return change(manager, actor, pageId, 'webhook.created', async (unit) => {
    const ofPage = eq(webhooks.pageId, pageId);
    const [there] = await unit.tx.select({ n: count() }).from(webhooks).where(ofPage);
    if (there!.n >= MOST_WEBHOOKS) throw conflict(`A page has at most ${MOST_WEBHOOKS} webhooks.`);
    const id = newId();
    const secret = newSecret();
    unit.write(
      unit.tx.insert(webhooks).values({
        id,
        pageId,
        url: input.url,
        events: input.events ?? null,
        componentIds: null,
        ...(await followed(unit, input)),
        active: input.active ?? true,
        sealedSecret: sealed(manager, { current: secret }),
        createdAt: unit.now,
        updatedAt: unit.now,
      }),
    );
    return { value: { id, secret }, subjectId: id, details: { host: hostOf(input.url) } };
  });
}

/**
 * Changes a webhook. A new address, or being switched on again, lets it begin anew: what failed before is forgotten.
 * Switched off, it gets nothing of what waits.
 *
 * @throws DomainError not_found, invalid (component_ids)
 */
export async function editWebhook(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: WebhookPatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'webhook.updated', async (unit) => {
    const row = await getWebhook(unit.tx, pageId, id);
    const { component_ids: _ids, ...own } = input;
    const active = input.active ?? row.active;
    const anew = (active && !row.active) || (input.url !== undefined && input.url !== row.url);
    unit.write(
      unit.tx
        .update(webhooks)
        .set({
          ...own,
          ...(await followed(unit, input)),
          ...(anew ? { failingSince: null } : {}),
          ...(active ? { disabledAt: null } : {}),
          updatedAt: unit.now,
        })
        .where(eq(webhooks.id, id)),
    );
    if (!active) cancelWaiting(unit, id);
    return { value: id, subjectId: id, details: { fields: Object.keys(input) } };
  });
}

/** Gives it a new secret; the old one signs along for a day. @throws DomainError not_found */
export async function rotateSecret(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<{ secret: string }>> {
  return change(manager, actor, pageId, 'webhook.secret_rotated', async (unit) => {
    await getWebhook(unit.tx, pageId, id);
    const [row] = await unit.tx
      .select({ sealedSecret: webhooks.sealedSecret })
      .from(webhooks)
      .where(eq(webhooks.id, id));
    const old = JSON.parse(manager.secrets.open(WEBHOOK_SEAL, row!.sealedSecret)) as WebhookSecrets;
    const secret = newSecret();
    const next = { current: secret, previous: { secret: old.current, until: unit.now + ROTATION_MS } };
    unit.write(
      unit.tx
        .update(webhooks)
        .set({ sealedSecret: sealed(manager, next), updatedAt: unit.now })
        .where(eq(webhooks.id, id)),
    );
    return { value: { secret }, subjectId: id };
  });
}

/** Deletes a webhook; what waits for it is not sent. @throws DomainError not_found */
export async function deleteWebhook(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'webhook.deleted', async (unit) => {
    const { url } = await getWebhook(unit.tx, pageId, id);
    unit.write(unit.tx.delete(webhooks).where(eq(webhooks.id, id)));
    cancelWaiting(unit, id);
    return { value: null, subjectId: id, details: { host: hostOf(url) } };
  });
}

/** What waits for a webhook is not sent any more. */
export function cancelWaiting(unit: Change, id: string): void {
  unit.write(
    unit.tx
      .update(deliveries)
      .set({ state: 'cancelled', leaseHolder: null, leaseUntil: null, doneAt: unit.now })
      .where(and(eq(deliveries.recipientId, id), eq(deliveries.state, 'pending'))),
  );
}

/** A whole address may hold a token of its receiver's: the audit trail has the host alone. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
