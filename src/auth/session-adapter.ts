/** Lucia over our tables. Its session ids are the hashes of what the cookies hold. */
import { eq, lte } from 'drizzle-orm';
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from 'lucia';
import { sessions, users } from '../../db/accounts.ts';
import type { Store } from '../../db/transaction.ts';

export type UserRow = typeof users.$inferSelect;
type SessionRow = typeof sessions.$inferSelect;
type SessionFacts = Pick<SessionRow, 'userAgent' | 'lastUsedAt' | 'createdAt'>;

/** A session that is not used for so many days ends. */
const IDLE_DAYS = 30;
export const IDLE_MS = IDLE_DAYS * 24 * 60 * 60 * 1000;

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<SessionFacts, { row: UserRow }>;
    DatabaseUserAttributes: { row: UserRow };
    DatabaseSessionAttributes: SessionFacts;
  }
}

/** What lucia's cookie is like. @param secure true on https: then the name makes browsers hold it to this very host */
export function luciaOver(
  store: Pick<Store, 'read' | 'write'>,
  secure: boolean,
  now: () => number,
): Lucia<SessionFacts, { row: UserRow }> {
  return new Lucia(adapterOver(store, now), {
    sessionExpiresIn: new TimeSpan(IDLE_DAYS, 'd'),
    sessionCookie: {
      name: secure ? '__Host-daymark_session' : 'daymark_session',
      // The database says when a session ends: it slides without a new cookie.
      expires: false,
      attributes: { secure, sameSite: 'lax', path: '/' },
    },
    getSessionAttributes: (facts) => facts,
    getUserAttributes: ({ row }) => ({ row }),
  });
}

function adapterOver({ read, write }: Pick<Store, 'read' | 'write'>, now: () => number): Adapter {
  return {
    async getSessionAndUser(sessionId) {
      const [found] = await read
        .select({ session: sessions, user: users })
        .from(sessions)
        .innerJoin(users, eq(users.id, sessions.userId))
        .where(eq(sessions.id, sessionId));
      if (!found) return [null, null];
      return [databaseSession(found.session), { id: found.user.id, attributes: { row: found.user } }];
    },
    async getUserSessions(userId) {
      const rows = await read.select().from(sessions).where(eq(sessions.userId, userId));
      return rows.map(databaseSession);
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      const row = { id, userId, expiresAt: expiresAt.getTime(), ...attributes };
      await write(async (tx) => {
        await tx.insert(sessions).values(row);
      });
    },
    async updateSessionExpiration(sessionId, expiresAt) {
      await write(async (tx) => {
        await tx.update(sessions).set({ expiresAt: expiresAt.getTime() }).where(eq(sessions.id, sessionId));
      });
    },
    async deleteSession(sessionId) {
      await write(async (tx) => {
        await tx.delete(sessions).where(eq(sessions.id, sessionId));
      });
    },
    async deleteUserSessions(userId) {
      await write(async (tx) => {
        await tx.delete(sessions).where(eq(sessions.userId, userId));
      });
    },
    async deleteExpiredSessions() {
      await write(async (tx) => {
        await tx.delete(sessions).where(lte(sessions.expiresAt, now()));
      });
    },
  };
}

function databaseSession({ id, userId, expiresAt, userAgent, lastUsedAt, createdAt }: SessionRow) {
  const attributes = { userAgent, lastUsedAt, createdAt };
  return { id, userId, expiresAt: new Date(expiresAt), attributes } satisfies DatabaseSession;
}
