/** The tables of people who sign in. As in `schema.ts`: times are milliseconds since the epoch, ids are UUIDs (v7). */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { organizations } from './schema.ts';

export const ROLES = ['viewer', 'editor', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

const organizationId = () =>
  text()
    .notNull()
    .references(() => organizations.id, { onDelete: 'cascade' });

/** Somebody who signs in: a member of one organization. */
export const users = sqliteTable(
  'users',
  {
    id: text().primaryKey(),
    organizationId: organizationId(),
    email: text().notNull(),
    /** NFC, in lower case. */
    emailKey: text().notNull(),
    name: text(),
    /** argon2id, PHC string. */
    passwordHash: text().notNull(),
    role: text({ enum: ROLES }).notNull(),
    /** Null: every page of the organization. */
    pageIds: text({ mode: 'json' }).$type<string[]>(),
    /** The second factor's secret, encrypted; in use since `totpSince`. */
    sealedTotp: text(),
    totpSince: integer(),
    /** The last counter that was used: no code is good twice. */
    totpCounter: integer(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (t) => [
    uniqueIndex('users_by_email').on(t.emailKey),
    index('users_by_organization').on(t.organizationId, t.id),
  ],
);

/** `id` is the SHA-256 of the cookie's secret, hexadecimal: a stolen database signs nobody in. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    expiresAt: integer().notNull(),
    lastUsedAt: integer().notNull(),
    userAgent: text(),
    createdAt: integer().notNull(),
  },
  (t) => [index('sessions_by_user').on(t.userId), index('sessions_by_end').on(t.expiresAt)],
);

/** Single-use tokens of invitations and password resets. */
export const accountTokens = sqliteTable(
  'account_tokens',
  {
    id: text().primaryKey(),
    /** SHA-256 of the token, hexadecimal. */
    tokenHash: text().notNull(),
    kind: text({ enum: ['invitation', 'password_reset'] }).notNull(),
    organizationId: organizationId(),
    /** Whose password is reset. */
    userId: text().references(() => users.id, { onDelete: 'cascade' }),
    email: text().notNull(),
    emailKey: text().notNull(),
    /** What an invitation grants. */
    role: text({ enum: ROLES }),
    pageIds: text({ mode: 'json' }).$type<string[]>(),
    invitedBy: text(),
    expiresAt: integer().notNull(),
    usedAt: integer(),
    createdAt: integer().notNull(),
  },
  (t) => [
    uniqueIndex('account_tokens_by_token').on(t.tokenHash),
    index('account_tokens_by_organization').on(t.organizationId, t.kind, t.id),
  ],
);

/** What signs in once when the second factor is lost: SHA-256, hexadecimal. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: text().notNull(),
    usedAt: integer(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.hash] })],
);
