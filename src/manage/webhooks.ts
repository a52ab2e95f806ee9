/** The webhooks of a page. Readers see nothing of them: no change here raises a revision. */
import { randomBytes } from 'node:crypto';
import { and, count, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { deliveries, webhooks } from '../../db/messages.ts';
import { ask, type Question, question } from '../../db/question.ts';
import { rowReader } from '../../db/statement.ts';
import { conflict, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import {
  WEBHOOK_SEAL,
  type WebhookCreate,
  type WebhookPatch,
  type WebhookSecrets,
} from '../domain/webhooks.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import { assertNamed, namedQuestion } from './component-questions.ts';
import type { Listed, Slice } from './queries.ts';
import { changeKnowing } from './run-change.ts';

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
// Spelled out: of a single table drizzle prints `page_id` alone, which is the other one's inside of the inner query.
const FOLLOWS = `iif(webhooks.component_ids is null, null, (select json_group_array(f.value)
  from json_each(webhooks.component_ids) f join components c on c.id = f.value and c.page_id = webhooks.page_id))`;
const columns = { ...ownColumns, follows: sql.raw(FOLLOWS) as SQL<string | null> };
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

const reader = rowReader(webhooks);
const WEBHOOK = `select json_object('row', ${reader.json}, 'follows', json(coalesce(${FOLLOWS}, 'null'))) as answer
  from webhooks where page_id = ? and id = ?`;

interface Kept {
  record: WebhookRecord;
  sealedSecret: string;
}

/** Its reading throws DomainError not_found. */
function webhookQuestion(pageId: string, id: string): Question<Kept> {
  const { statement, read } = question<{ row: unknown; follows: string[] | null }>(WEBHOOK, pageId, id);
  return {
    statement,
    read(rows) {
      const found = read(rows);
      if (!found) throw notFound('Webhook');
      const { sealedSecret, componentIds, ...own } = reader.from(found.row);
      return { record: { ...own, follows: found.follows }, sealedSecret };
    },
  };
}

/** @throws DomainError not_found */
export async function getWebhook(read: Database, pageId: string, id: string): Promise<WebhookRecord> {
  return (await ask(read.$client, { webhook: webhookQuestion(pageId, id) })).webhook.record;
}

/** A secret of the Standard Webhooks scheme: `whsec_` and base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

const sealed = (manager: Manager, secrets: WebhookSecrets) =>
  manager.secrets.seal(WEBHOOK_SEAL, JSON.stringify(secrets));

/** What the rows keep: none, or null, stands for the whole page. */
const followed = (ids: readonly string[] | null): string[] | null =>
  ids === null || ids.length === 0 ? null : [...ids];

function webhooksOn(pageId: string): Question<number> {
  const { statement, read } = question<number>(
    'select json_quote(count(*)) as answer from webhooks where page_id = ?',
    pageId,
  );
  return { statement, read: (rows) => read(rows)! };
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
): Promise<Outcome<{ id: string; secret: string }, WebhookRecord>> {
  const { url, events = null, component_ids: ids = null, active = true } = input;
  const asked = { there: webhooksOn(pageId), named: namedQuestion(pageId, ids) };
  return changeKnowing(manager, actor, pageId, 'webhook.created', asked, async (unit, known) => {
    const { there, named = [] } = known;
    if (there >= MOST_WEBHOOKS) throw conflict(`A page has at most ${MOST_WEBHOOKS} webhooks.`);
    assertNamed(named, ids ?? [], 'component_ids');
    const secret = newSecret();
    const made = {
      ...{ id: newId(), pageId, url, events, active, failingSince: null, disabledAt: null },
      ...{ lastSuccessAt: null, createdAt: unit.now, updatedAt: unit.now },
    };
    const follows = followed(ids);
    const sealedSecret = sealed(manager, { current: secret });
    unit.write(unit.tx.insert(webhooks).values({ ...made, componentIds: follows, sealedSecret }));
    return {
      value: { id: made.id, secret },
      after: { ...made, follows },
      subjectId: made.id,
      details: { host: hostOf(url) },
    };
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
): Promise<Outcome<string, WebhookRecord>> {
  const { component_ids: ids } = input;
  const asked = { webhook: webhookQuestion(pageId, id), named: namedQuestion(pageId, ids) };
  return changeKnowing(manager, actor, pageId, 'webhook.updated', asked, async (unit, known) => {
    const { record } = known.webhook;
    assertNamed(known.named ?? [], ids ?? [], 'component_ids');
    const { url = record.url, events = record.events, active = record.active } = input;
    const anew = (active && !record.active) || url !== record.url;
    const next = {
      ...{ url, events, active, updatedAt: unit.now },
      failingSince: anew ? null : record.failingSince,
      disabledAt: active ? null : record.disabledAt,
    };
    const choice = ids === undefined ? {} : { componentIds: followed(ids) };
    unit.write(
      unit.tx
        .update(webhooks)
        .set({ ...next, ...choice })
        .where(eq(webhooks.id, id)),
    );
    if (!active) cancelWaiting(unit, id);
    const follows = ids === undefined ? record.follows : followed(ids);
    return {
      value: id,
      after: { ...record, ...next, follows },
      subjectId: id,
      details: { fields: Object.keys(input) },
    };
  });
}

/** Gives it a new secret; the old one signs along for a day. @throws DomainError not_found */
export async function rotateSecret(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<{ secret: string }, WebhookRecord>> {
  const asked = { webhook: webhookQuestion(pageId, id) };
  return changeKnowing(manager, actor, pageId, 'webhook.secret_rotated', asked, async (unit, { webhook }) => {
    const old = JSON.parse(manager.secrets.open(WEBHOOK_SEAL, webhook.sealedSecret)) as WebhookSecrets;
    const secret = newSecret();
    const next = { current: secret, previous: { secret: old.current, until: unit.now + ROTATION_MS } };
    unit.write(
      unit.tx
        .update(webhooks)
        .set({ sealedSecret: sealed(manager, next), updatedAt: unit.now })
        .where(eq(webhooks.id, id)),
    );
    return { value: { secret }, after: { ...webhook.record, updatedAt: unit.now }, subjectId: id };
  });
}

/** Deletes a webhook; what waits for it is not sent. @throws DomainError not_found */
export async function deleteWebhook(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  const asked = { webhook: webhookQuestion(pageId, id) };
  return changeKnowing(manager, actor, pageId, 'webhook.deleted', asked, async (unit, { webhook }) => {
    const { url } = webhook.record;
    unit.write(unit.tx.delete(webhooks).where(eq(webhooks.id, id)));
    cancelWaiting(unit, id);
    return { value: null, after: null, subjectId: id, details: { host: hostOf(url) } };
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
