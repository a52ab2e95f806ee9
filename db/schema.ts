/**
 * The tables. All times are milliseconds since the epoch; all ids are UUIDs (v7); `v2Id` is the 12-character id of the
 * compatible API, unique on its page. Nothing here has a default that reads a clock: one operation has one `now`.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
  COMPONENT_STATUSES,
  type ComponentStatus,
  IMPACTS,
  INCIDENT_STATUSES,
  MAINTENANCE_STATUSES,
} from '../src/domain/status.ts';

const id = () => text().primaryKey();
const createdAt = () => integer().notNull();
const flag = () => integer({ mode: 'boolean' }).notNull();
const pageId = () =>
  text()
    .notNull()
    .references(() => pages.id, { onDelete: 'cascade' });

/** Facts about the installation: `database_id`, `default_page`. */
export const settings = sqliteTable('settings', {
  key: text().primaryKey(),
  value: text().notNull(),
});

export const organizations = sqliteTable('organizations', {
  id: id(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  createdAt: createdAt(),
});

export const pages = sqliteTable(
  'pages',
  {
    id: id(),
    v2Id: text().notNull(),
    organizationId: text()
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    slug: text().notNull().unique(),
    name: text().notNull(),
    description: text(),
    timezone: text().notNull(),
    language: text().notNull(),
    languages: text({ mode: 'json' }).$type<string[]>().notNull(),
    accent: text(),
    domain: text().unique(),
    /** What the TXT record `_daymark.{domain}` must hold. */
    domainToken: text().notNull(),
    /** Since when the domain routes here: its record was seen, or the operator allowed it. */
    domainRoutedAt: integer(),
    /** The operator's word stands for its record. */
    domainAllowed: flag().default(false),
    domainCheckedAt: integer(),
    demo: flag().default(false),
    /** Rises with every change that readers can see; written by `manage/command.ts` alone. */
    revision: integer().notNull(),
    /** Time of the change that made `revision`. */
    changedAt: integer().notNull(),
    /** Counts changes of closed days. */
    daysVersion: integer().notNull().default(0),
    /** The first day, page's time zone, that is not yet closed. */
    openDay: text().notNull(),
    /** The newest revision that lies whole in the first target; written by `worker/publish.ts` alone. */
    publishedRevision: integer().notNull().default(0),
    publishedAt: integer(),
    /** The templates that the published files were made with. */
    publishedTemplate: text(),
    publishError: text(),
    publishFailedAt: integer(),
    /** Asked for and done by `daymark publish`, beside a running publisher. */
    publishRequested: integer().notNull().default(0),
    publishAnswered: integer().notNull().default(0),
    createdAt: createdAt(),
    updatedAt: integer().notNull(),
  },
  (t) => [
    index('pages_by_organization').on(t.organizationId, t.id),
    index('pages_behind').on(t.id).where(sql`revision > published_revision`),
    index('pages_requested').on(t.id).where(sql`publish_requested > publish_answered`),
    // The schedule asks which days are open in which zones: the index alone says so.
    index('pages_by_open_day').on(t.openDay, t.timezone),
    index('pages_by_change').on(t.changedAt),
    index('pages_with_domain').on(t.domain).where(sql`domain is not null`),
  ],
);

/** Slugs that a page left, or left behind: they rest, and lead on where there is somewhere to go. */
export const restingSlugs = sqliteTable('resting_slugs', {
  slug: text().primaryKey(),
  /** The page that moved on; null when it was deleted. */
  pageId: text(),
  organizationId: text(),
  until: integer().notNull(),
});

export const groups = sqliteTable(
  'groups',
  {
    id: id(),
    v2Id: text().notNull(),
    pageId: pageId(),
    name: text().notNull(),
    /** Place in the top level, shared with the components that have no group. */
    rank: real().notNull(),
    createdAt: createdAt(),
    updatedAt: integer().notNull(),
  },
  (t) => [index('groups_by_page').on(t.pageId, t.rank), uniqueIndex('groups_by_v2_id').on(t.pageId, t.v2Id)],
);

export const components = sqliteTable(
  'components',
  {
    id: id(),
    v2Id: text().notNull(),
    pageId: pageId(),
    groupId: text().references(() => groups.id),
    name: text().notNull(),
    code: text().notNull(),
    description: text(),
    /** Place in the top level: its own, or that of its group. */
    topRank: real().notNull(),
    /** Place within its group. */
    rank: real().notNull(),
    /** What was set on it. */
    setStatus: text({ enum: COMPONENT_STATUSES }).notNull(),
    /** What it shows, a cache of the rule in `domain/rollup.ts`, and since when. */
    status: text({ enum: COMPONENT_STATUSES }).notNull(),
    statusSince: integer().notNull(),
    /** Uptime counts from here. */
    since: integer().notNull(),
    createdAt: createdAt(),
    updatedAt: integer().notNull(),
  },
  (t) => [
    uniqueIndex('components_in_order').on(t.pageId, t.topRank, t.rank, t.id),
    uniqueIndex('components_by_code').on(t.pageId, t.code),
    uniqueIndex('components_by_v2_id').on(t.pageId, t.v2Id),
    index('components_by_group').on(t.groupId),
    index('components_in_trouble').on(t.pageId).where(sql`status <> 'operational'`),
  ],
);

/** When which status was set on a component: with claims and windows the source of what it showed. */
export const setChanges = sqliteTable(
  'set_changes',
  {
    componentId: text()
      .notNull()
      .references(() => components.id, { onDelete: 'cascade' }),
    at: integer().notNull(),
    status: text({ enum: COMPONENT_STATUSES }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.componentId, t.at] })],
);

/** What a component showed from `at` on, and what it had shown until then. */
export const shownChanges = sqliteTable(
  'shown_changes',
  {
    componentId: text()
      .notNull()
      .references(() => components.id, { onDelete: 'cascade' }),
    pageId: text().notNull(),
    at: integer().notNull(),
    status: text({ enum: COMPONENT_STATUSES }).notNull(),
    previous: text({ enum: COMPONENT_STATUSES }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.componentId, t.at] }), index('shown_changes_by_page').on(t.pageId, t.at)],
);

/** Closed days on which a component was not operational throughout, in milliseconds per status. */
export const componentDays = sqliteTable(
  'component_days',
  {
    componentId: text()
      .notNull()
      .references(() => components.id, { onDelete: 'cascade' }),
    pageId: text().notNull(),
    /** `yyyy-mm-dd` in the page's time zone. */
    date: text().notNull(),
    operational: integer().notNull(),
    underMaintenance: integer().notNull(),
    degradedPerformance: integer().notNull(),
    partialOutage: integer().notNull(),
    majorOutage: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.componentId, t.date] }),
    index('component_days_by_page').on(t.pageId, t.date),
  ],
);

export const incidents = sqliteTable(
  'incidents',
  {
    id: id(),
    v2Id: text().notNull(),
    pageId: pageId(),
    title: text().notNull(),
    status: text({ enum: INCIDENT_STATUSES }).notNull(),
    impact: text({ enum: IMPACTS }).notNull(),
    /** Set by hand: it no longer follows the updates. */
    impactByHand: flag(),
    startedAt: integer().notNull(),
    resolvedAt: integer(),
    nextUpdateAt: integer(),
    postmortem: text(),
    postmortemCreatedAt: integer(),
    postmortemUpdatedAt: integer(),
    createdAt: createdAt(),
    updatedAt: integer().notNull(),
    /** Null of a postmortem that is older than this column: see `incidentJson`. */
    postmortemV2Id: text('postmortem_v2_id'),
    /** Who promised the next update, as an actor's name, and when they were reminded that it is overdue. */
    promisedBy: text(),
    overdueRemindedAt: integer(),
  },
  (t) => [
    index('incidents_by_start').on(t.pageId, t.startedAt, t.id),
    index('incidents_open').on(t.pageId, t.startedAt).where(sql`status <> 'resolved'`),
    uniqueIndex('incidents_by_v2_id').on(t.pageId, t.v2Id),
  ],
);

export const incidentUpdates = sqliteTable(
  'incident_updates',
  {
    id: id(),
    v2Id: text().notNull(),
    incidentId: text()
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    status: text({ enum: INCIDENT_STATUSES }).notNull(),
    body: text().notNull(),
    nextUpdateAt: integer(),
    /** When it was posted, or what a backfilled one stands for. */
    createdAt: createdAt(),
    editedAt: integer(),
  },
  (t) => [index('incident_updates_by_incident').on(t.incidentId, t.createdAt, t.id)],
);

/**
 * What an update says of a component. `name` is kept for the time after the component is gone; then an open incident
 * no longer names it (the row goes) and a past one still does (`componentId` leads nowhere).
 */
export const updateComponents = sqliteTable(
  'update_components',
  {
    updateId: text()
      .notNull()
      .references(() => incidentUpdates.id, { onDelete: 'cascade' }),
    incidentId: text().notNull(),
    componentId: text().notNull(),
    name: text().notNull(),
    status: text({ enum: COMPONENT_STATUSES }).notNull(),
    place: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.updateId, t.componentId] }),
    index('update_components_by_incident').on(t.incidentId),
    index('update_components_by_component').on(t.componentId),
  ],
);

/** What open incidents say of components now: a cache of the updates, so that a status is one look-up. */
export const claims = sqliteTable(
  'claims',
  {
    incidentId: text()
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    componentId: text()
      .notNull()
      .references(() => components.id, { onDelete: 'cascade' }),
    status: text({ enum: COMPONENT_STATUSES }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.incidentId, t.componentId] }),
    index('claims_by_component').on(t.componentId),
  ],
);

export const maintenanceWindows = sqliteTable(
  'maintenance_windows',
  {
    id: id(),
    v2Id: text().notNull(),
    pageId: pageId(),
    title: text().notNull(),
    status: text({ enum: MAINTENANCE_STATUSES }).notNull(),
    startsAt: integer().notNull(),
    endsAt: integer().notNull(),
    startedAt: integer(),
    completedAt: integer(),
    overrunning: flag().default(false),
    autoStart: flag(),
    autoComplete: flag(),
    remindBeforeMinutes: integer(),
    remindedAt: integer(),
    notify: flag(),
    createdAt: createdAt(),
    updatedAt: integer().notNull(),
  },
  (t) => [
    index('maintenance_by_start').on(t.pageId, t.startsAt, t.id),
    index('maintenance_pending')
      .on(t.startsAt, t.endsAt)
      .where(sql`status in ('scheduled', 'in_progress', 'verifying')`),
    index('maintenance_open_by_page')
      .on(t.pageId, t.startsAt)
      .where(sql`status in ('scheduled', 'in_progress', 'verifying')`),
    uniqueIndex('maintenance_by_v2_id').on(t.pageId, t.v2Id),
  ],
);

export const maintenanceUpdates = sqliteTable(
  'maintenance_updates',
  {
    id: id(),
    v2Id: text().notNull(),
    windowId: text()
      .notNull()
      .references(() => maintenanceWindows.id, { onDelete: 'cascade' }),
    status: text({ enum: MAINTENANCE_STATUSES }).notNull(),
    body: text().notNull(),
    createdAt: createdAt(),
    editedAt: integer(),
  },
  (t) => [index('maintenance_updates_by_window').on(t.windowId, t.createdAt, t.id)],
);

/** As `updateComponents`: rows of a window that is over outlive their component. */
export const windowComponents = sqliteTable(
  'window_components',
  {
    windowId: text()
      .notNull()
      .references(() => maintenanceWindows.id, { onDelete: 'cascade' }),
    componentId: text().notNull(),
    name: text().notNull(),
    place: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.windowId, t.componentId] }),
    index('window_components_by_component').on(t.componentId),
  ],
);

/**
 * At which revision something with files of its own last changed (or went): the publisher asks what lies between the
 * revision it has and the one it makes. Written by `manage/command.ts` alone.
 */
export const touches = sqliteTable(
  'touches',
  {
    pageId: pageId(),
    kind: text({ enum: ['component', 'incident', 'maintenance', 'month', 'uptime'] }).notNull(),
    ref: text().notNull(),
    revision: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.pageId, t.kind, t.ref] }),
    index('touches_by_revision').on(t.pageId, t.revision),
  ],
);

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: id(),
    organizationId: text()
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** SHA-256 of the key, hexadecimal. */
    hash: text().notNull().unique(),
    /** Its last four characters, to tell keys apart. */
    hint: text().notNull(),
    scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
    /** Null: every page of the organization. */
    pageIds: text({ mode: 'json' }).$type<string[]>(),
    expiresAt: integer(),
    revokedAt: integer(),
    lastUsedAt: integer(),
    createdAt: createdAt(),
  },
  (t) => [index('api_keys_by_organization').on(t.organizationId, t.id)],
);

/** What has to be told to people; carries the revision that shows it. Written by `manage/command.ts` alone. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: id(),
    pageId: pageId(),
    revision: integer().notNull(),
    event: text().notNull(),
    /** The incident or window that it is about. */
    subjectId: text().notNull(),
    payload: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
    /** When every delivery of it was made. */
    fannedOutAt: integer(),
  },
  (t) => [
    index('outbox_waiting').on(t.createdAt, t.id).where(sql`fanned_out_at is null`),
    index('outbox_by_page').on(t.pageId, t.id),
    index('outbox_by_subject').on(t.subjectId, t.id),
  ],
);

/** Who may do a thing that one process does at a time. `fence` rises with every change of holder. */
export const leases = sqliteTable('leases', {
  name: text().primaryKey(),
  holder: text().notNull(),
  fence: integer().notNull(),
  /** By the database's clock. */
  expiresAt: integer().notNull(),
});

export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: id(),
    organizationId: text().notNull(),
    pageId: text(),
    /** `key:{id}`, `user:{id}`, `cli`, `schedule`. */
    actor: text().notNull(),
    /** `component.updated`, … */
    action: text().notNull(),
    subjectId: text(),
    details: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    requestId: text(),
    createdAt: createdAt(),
  },
  (t) => [index('audit_by_organization').on(t.organizationId, t.id)],
);

/** A page's own mark, shown on its pages. */
export const logos = sqliteTable('logos', {
  pageId: text()
    .primaryKey()
    .references(() => pages.id, { onDelete: 'cascade' }),
  mediaType: text({ enum: ['image/png', 'image/webp'] }).notNull(),
  /** Base64. */
  content: text().notNull(),
  updatedAt: integer().notNull(),
});

/** Texts at hand for incidents. */
export const templates = sqliteTable(
  'templates',
  {
    id: id(),
    pageId: pageId(),
    name: text().notNull(),
    title: text().notNull(),
    body: text().notNull(),
    status: text({ enum: INCIDENT_STATUSES }),
    components: text({ mode: 'json' }).$type<{ id: string; status: ComponentStatus }[]>().notNull(),
    createdAt: createdAt(),
    updatedAt: integer().notNull(),
  },
  (t) => [index('templates_by_page').on(t.pageId, t.name)],
);

/** Answers to POSTs that may be repeated (contract, section 5), for 24 hours. */
export const idempotentAnswers = sqliteTable(
  'idempotent_answers',
  {
    /** SHA-256 of credential, method, path and the client's key. */
    id: text().primaryKey(),
    /** SHA-256 of the body. */
    bodyHash: text().notNull(),
    /** JSON. */
    answer: text().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('idempotent_answers_by_age').on(t.createdAt)],
);
