/**
 * What of each table goes with an organization that moves, and what stays behind. Every table has its decision here: a
 * test fails for one that has none. In this order rows can be written: what is referred to comes first.
 */
import { getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as accounts from '../../../db/accounts.ts';
import * as messages from '../../../db/messages.ts';
import * as schema from '../../../db/schema.ts';
import type { Secrets } from '../../domain/secrets.ts';
import { WEBHOOK_SEAL } from '../../domain/webhooks.ts';
import { newSecret } from '../webhooks.ts';

/** What stands in for secrets that stayed behind. */
export interface Fresh {
  secrets: Secrets;
  /** A hash of a password that nobody has. */
  passwordHash: string;
}

/** A table whose rows go along. */
export interface Moved {
  table: SQLiteTable;
  /** Which rows are the organization's. */
  where(organizationId: string): SQL;
  /**
   * Columns that stay behind, with what they get where they arrive: secrets, and what only this installation knows. By
   * the names of the columns in code.
   */
  arrival: Record<string, (fresh: Fresh) => string | number | null>;
}

export interface Left {
  table: SQLiteTable;
  why: string;
}

const nothing = () => null;
const zero = () => 0;

const pagesOf = (id: string) => sql`(select id from pages where organization_id = ${id})`;
const ofPages = (id: string) => sql`page_id in ${pagesOf(id)}`;
const ofIncidents = (id: string) => sql`incident_id in (select id from incidents where ${ofPages(id)})`;
const ofWindows = (id: string) => sql`window_id in (select id from maintenance_windows where ${ofPages(id)})`;
const ofOrganization = (id: string) => sql`organization_id = ${id}`;

const moved = (table: SQLiteTable, where: Moved['where'], arrival: Moved['arrival'] = {}): Moved => ({
  table,
  where,
  arrival,
});

export const MOVED: readonly Moved[] = [
  moved(schema.organizations, (id) => sql`id = ${id}`),
  moved(schema.pages, ofOrganization, {
    // A domain has to prove itself to each installation; its token stays, so that a record that is there still counts.
    domainRoutedAt: nothing,
    domainAllowed: zero,
    domainCheckedAt: nothing,
    demo: zero,
    publishedRevision: zero,
    publishedAt: nothing,
    publishedTemplate: nothing,
    publishError: nothing,
    publishFailedAt: nothing,
    publishRequested: zero,
    publishAnswered: zero,
  }),
  moved(schema.restingSlugs, ofOrganization),
  moved(schema.groups, ofPages),
  moved(schema.components, ofPages),
  moved(schema.setChanges, (id) => sql`component_id in (select id from components where ${ofPages(id)})`),
  moved(schema.shownChanges, ofPages),
  moved(schema.componentDays, ofPages),
  moved(schema.incidents, ofPages),
  moved(schema.incidentUpdates, ofIncidents),
  moved(schema.updateComponents, ofIncidents),
  moved(schema.claims, ofIncidents),
  moved(schema.maintenanceWindows, ofPages),
  moved(schema.maintenanceUpdates, ofWindows),
  moved(schema.windowComponents, ofWindows),
  moved(schema.logos, ofPages),
  moved(schema.templates, ofPages),
  // What waits to be told stays: nobody is told anything by a move, and nothing twice.
  moved(schema.outbox, (id) => sql`fanned_out_at is not null and ${ofPages(id)}`),
  moved(messages.subscribers, ofPages),
  moved(
    messages.subscriberComponents,
    (id) => sql`subscriber_id in (select id from subscribers where ${ofPages(id)})`,
  ),
  // Hashes keyed by the installation's secret: they hold on where that goes along.
  moved(messages.erasures, ofPages),
  moved(
    messages.deliveries,
    (id) => sql`state <> 'pending' and ${ofPages(id)}
      and event_id in (select id from outbox where fanned_out_at is not null)`,
    { leaseHolder: nothing, leaseUntil: nothing },
  ),
  moved(messages.webhooks, ofPages, {
    sealedSecret: ({ secrets }) => secrets.seal(WEBHOOK_SEAL, JSON.stringify({ current: newSecret() })),
    // Its receiver knows the secret that stayed behind, and would refuse what is signed with another.
    active: zero,
  }),
  moved(accounts.users, ofOrganization, {
    // They set a new one by the link for forgotten ones.
    passwordHash: (fresh) => fresh.passwordHash,
    sealedTotp: nothing,
    totpSince: nothing,
    totpCounter: nothing,
  }),
  moved(schema.auditEvents, ofOrganization),
];

export const LEFT: readonly Left[] = [
  { table: schema.settings, why: 'facts about the installation' },
  { table: schema.touches, why: 'tells a publisher what changed since; the first publish makes everything' },
  { table: schema.apiKeys, why: 'secrets' },
  { table: schema.leases, why: 'of running processes' },
  { table: schema.idempotentAnswers, why: 'hold for a day, for requests to this installation' },
  { table: messages.signUps, why: 'their links lead to this installation, and hold for a day' },
  { table: messages.limitHits, why: 'count for an hour or a day' },
  { table: messages.fanOuts, why: 'how far running work has come' },
  { table: messages.letters, why: 'sealed with the secret of this installation' },
  { table: messages.lanes, why: 'of running processes' },
  { table: accounts.sessions, why: 'secrets' },
  { table: accounts.accountTokens, why: 'secrets' },
  { table: accounts.recoveryCodes, why: 'secrets' },
];

/** Every table that there is, by its name. */
export function allTables(): Map<string, SQLiteTable> {
  const everything: unknown[] = [schema, messages, accounts].flatMap((module) => Object.values(module));
  const tables = everything.filter(isTable);
  return new Map(tables.map((table) => [getTableName(table), table]));
}

function isTable(value: unknown): value is SQLiteTable {
  return typeof value === 'object' && value !== null && Symbol.for('drizzle:IsDrizzleTable') in value;
}
