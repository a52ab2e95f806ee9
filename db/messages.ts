/**
 * The tables of those who are told, and of what they are sent. As in `schema.ts`: times are milliseconds since the epoch,
 * ids are UUIDs (v7), nothing reads a clock.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { components, outbox, pages } from './schema.ts';

const pageId = () =>
  text()
    .notNull()
    .references(() => pages.id, { onDelete: 'cascade' });

/** Confirmed subscribers of a page, and those who left. A sign-up that is not verified yet is a `signUps` row alone. */
export const subscribers = sqliteTable(
  'subscribers',
  {
    id: text().primaryKey(),
    pageId: pageId(),
    /** As it was given, trimmed: this is where mail goes. */
    email: text().notNull(),
    /** What makes two addresses the same: NFC, in lower case. */
    emailKey: text().notNull(),
    status: text({ enum: ['active', 'unsubscribed'] }).notNull(),
    /** False with no row in `subscriber_components`: the last chosen component was deleted, nothing is sent. */
    wholePage: integer({ mode: 'boolean' }).notNull(),
    /** How they came: by double opt-in, by the customer who attests consent, or by an import. */
    source: text({ enum: ['verified', 'managed', 'imported'] }).notNull(),
    /** A symbol, like `mailbox_unknown`: the address took no mail (5.1.x at RCPT TO). */
    suppressedReason: text(),
    suppressedAt: integer(),
    verifiedAt: integer(),
    unsubscribedAt: integer(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (t) => [
    uniqueIndex('subscribers_by_email').on(t.pageId, t.emailKey),
    index('subscribers_by_page').on(t.pageId, t.id),
    index('subscribers_to_tell').on(t.pageId, t.id).where(sql`status = 'active' and suppressed_at is null`),
  ],
);

/** What a subscriber without the whole page follows. */
export const subscriberComponents = sqliteTable(
  'subscriber_components',
  {
    subscriberId: text()
      .notNull()
      .references(() => subscribers.id, { onDelete: 'cascade' }),
    componentId: text()
      .notNull()
      .references(() => components.id, { onDelete: 'cascade' }),
  },
  (t) => [
    primaryKey({ columns: [t.subscriberId, t.componentId] }),
    index('subscriber_components_by_component').on(t.componentId),
  ],
);

/** Sign-ups that wait for their click: single use, 24 hours. What was asked for is stored here until then. */
export const signUps = sqliteTable(
  'sign_ups',
  {
    id: text().primaryKey(),
    /** SHA-256 of the token, hexadecimal. */
    tokenHash: text().notNull(),
    pageId: pageId(),
    email: text().notNull(),
    emailKey: text().notNull(),
    /** Empty: the whole page. */
    componentIds: text({ mode: 'json' }).$type<string[]>().notNull(),
    expiresAt: integer().notNull(),
    usedAt: integer(),
    createdAt: integer().notNull(),
  },
  (t) => [uniqueIndex('sign_ups_by_token').on(t.tokenHash), index('sign_ups_by_age').on(t.createdAt)],
);

/** People who were erased: a keyed hash of their address, which stops an import from bringing them back. */
export const erasures = sqliteTable(
  'erasures',
  {
    pageId: pageId(),
    addressHash: text().notNull(),
    erasedAt: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.pageId, t.addressHash] })],
);

/** What counts against a limit: sign-ups, mails to an address, failures to sign in. Keys hold keyed hashes. */
export const limitHits = sqliteTable(
  'limit_hits',
  {
    id: text().primaryKey(),
    key: text().notNull(),
    at: integer().notNull(),
  },
  (t) => [index('limit_hits_by_key').on(t.key, t.at), index('limit_hits_by_age').on(t.at)],
);

/** How far the fan-out of an outbox row has come: saved in the transaction that makes the deliveries. */
export const fanOuts = sqliteTable('fan_outs', {
  eventId: text()
    .primaryKey()
    .references(() => outbox.id, { onDelete: 'cascade' }),
  /** The last subscriber that was seen. */
  cursor: text().notNull(),
});

export const DELIVERY_STATES = ['pending', 'sent', 'failed', 'folded', 'cancelled'] as const;

/** One event to one subscriber, or to one webhook. Unique per pair: a fan-out that begins again adds nothing. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    id: text().primaryKey(),
    eventId: text()
      .notNull()
      .references(() => outbox.id, { onDelete: 'cascade' }),
    pageId: text().notNull(),
    channel: text({ enum: ['email', 'webhook'] }).notNull(),
    /** The subscriber, or the webhook. */
    recipientId: text().notNull(),
    /** The incident or window: later events about it fold earlier ones that still wait. */
    subjectId: text().notNull(),
    state: text({ enum: DELIVERY_STATES }).notNull(),
    attempts: integer().notNull(),
    nextAttemptAt: integer().notNull(),
    /** Whoever is at it, until when. Null: nobody. */
    leaseHolder: text(),
    leaseUntil: integer(),
    /** A symbol: `connection_timeout`, `mailbox_unknown`, … of the last attempt. */
    error: text(),
    /** The status that a webhook's receiver answered. */
    answered: integer(),
    durationMs: integer(),
    createdAt: integer().notNull(),
    doneAt: integer(),
  },
  (t) => [
    uniqueIndex('deliveries_once').on(t.eventId, t.recipientId),
    index('deliveries_due').on(t.channel, t.nextAttemptAt, t.id).where(sql`state = 'pending'`),
    index('deliveries_by_subject').on(t.recipientId, t.subjectId, t.eventId),
    index('deliveries_by_event').on(t.eventId, t.channel, t.state),
    index('deliveries_by_recipient').on(t.recipientId, t.id),
  ],
);

/**
 * Mails to one person that no event of a page makes: verification, links to settings, invitations, password resets,
 * reminders. Their own lane: they never wait behind a blast. `sealed` holds what the mail needs, encrypted, as it may
 * hold a token; it is emptied once the mail is out.
 */
export const letters = sqliteTable(
  'letters',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    pageId: text().references(() => pages.id, { onDelete: 'cascade' }),
    sealed: text().notNull(),
    state: text({ enum: DELIVERY_STATES }).notNull(),
    attempts: integer().notNull(),
    nextAttemptAt: integer().notNull(),
    leaseHolder: text(),
    leaseUntil: integer(),
    error: text(),
    createdAt: integer().notNull(),
    doneAt: integer(),
  },
  (t) => [
    index('letters_due').on(t.nextAttemptAt, t.id).where(sql`state = 'pending'`),
    index('letters_by_age').on(t.createdAt),
  ],
);

/** A way out that fails as a whole by the operator's fault rests: nothing is tried before `pausedUntil`. */
export const lanes = sqliteTable('lanes', {
  /** `email` */
  name: text().primaryKey(),
  pausedUntil: integer().notNull(),
  failingSince: integer().notNull(),
  error: text().notNull(),
});

export const webhooks = sqliteTable(
  'webhooks',
  {
    id: text().primaryKey(),
    pageId: pageId(),
    url: text().notNull(),
    /** Null: every event. */
    events: text({ mode: 'json' }).$type<string[]>(),
    /** Null: the whole page. */
    componentIds: text({ mode: 'json' }).$type<string[]>(),
    active: integer({ mode: 'boolean' }).notNull(),
    /** The signing secret, encrypted with the installation's. */
    sealedSecret: text().notNull(),
    /** Since when every try has failed. */
    failingSince: integer(),
    /** Switched off by itself, after days of failure. */
    disabledAt: integer(),
    lastSuccessAt: integer(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (t) => [index('webhooks_by_page').on(t.pageId, t.id)],
);
