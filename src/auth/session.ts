/**
 * Sessions of people who are signed in, behind an interface of our own: lucia, which upstream has retired, can leave
 * without anybody noticing. What holds here:
 *
 * 1. The cookie holds a secret of 256 random bits, the database its SHA-256: a stolen database signs nobody in.
 * 2. Each sign-in gets a new secret; one that the browser brought is never taken up.
 * 3. A session that is used lives on; that is written at most once a minute.
 */
import { hash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, lte } from 'drizzle-orm';
import { sessions } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { pages } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { isId } from '../domain/ids.ts';
import type { Admission, Credential } from './api-keys.ts';
import { scopesOf } from './roles.ts';
import { IDLE_MS, luciaOver, type UserRow } from './session-adapter.ts';

/** `last_used_at` and the new end are written at most so often. */
const USE_STEP_MS = 60_000;
const SECRET = /^[\w-]{43}$/;
const LONGEST_USER_AGENT = 300;

/** Somebody who is signed in. */
export interface SignedIn {
  /** SHA-256 of the cookie's secret: names the session, and opens nothing. */
  sessionId: string;
  user: UserRow;
  credential: Credential;
}

export interface SessionSeen {
  id: string;
  userAgent: string | null;
  createdAt: number;
  lastUsedAt: number;
}

export interface Sessions {
  /** Begins a session inside a write transaction. @returns the value of `Set-Cookie` */
  start(tx: Database, userId: string, userAgent: string | null): Promise<string>;
  /** Who the Cookie header says it is; null of nobody, or of a session that is over. */
  find(cookieHeader: string | null): Promise<SignedIn | null>;
  /** As `find`, with the page that is asked for when it is within the user's reach. */
  admit(cookieHeader: string | null, pageRef: string): Promise<Admission | null>;
  /** Those of a user that are not over, the last used first. */
  list(userId: string): Promise<SessionSeen[]>;
  /** Ends one of a user's own sessions. @returns false when it is not there */
  end(userId: string, sessionId: string): Promise<boolean>;
  /** The `Set-Cookie` that makes a browser forget. */
  forget(): string;
}

export function credentialOf(user: Pick<UserRow, 'id' | 'organizationId' | 'role' | 'pageIds'>): Credential {
  const { id, organizationId, role, pageIds } = user;
  return {
    name: `user:${id}`,
    organizationId,
    scopes: new Set(scopesOf(role)),
    pageIds,
    expiresAt: null,
    role,
  };
}

/** @param secure true when PUBLIC_URL is https */
export function createSessions(store: Store, now: () => number, secure: boolean): Sessions {
  const lucia = luciaOver(store, secure, now);

  async function find(cookieHeader: string | null): Promise<SignedIn | null> {
    const secret = cookieOf(cookieHeader, lucia.sessionCookieName);
    if (secret === null || !SECRET.test(secret)) return null;
    const { session, user } = await lucia.validateSession(hash('sha256', secret, 'hex'));
    if (!session) return null;
    if (session.lastUsedAt <= now() - USE_STEP_MS) noteUse(store, session.id, now());
    return { sessionId: session.id, user: user.row, credential: credentialOf(user.row) };
  }

  return {
    async start(tx, userId, userAgent) {
      const secret = randomBytes(32).toString('base64url');
      const inside = { read: tx, write: <T>(job: (tx: Database) => Promise<T>) => job(tx) };
      const at = now();
      await luciaOver(inside, secure, now).createSession(
        userId,
        { userAgent: userAgent?.slice(0, LONGEST_USER_AGENT) ?? null, lastUsedAt: at, createdAt: at },
        { sessionId: hash('sha256', secret, 'hex') },
      );
      return lucia.createSessionCookie(secret).serialize();
    },
    find,
    async admit(cookieHeader, pageRef) {
      const found = await find(cookieHeader);
      if (!found) return null;
      const { credential } = found;
      if (pageRef === '') return { credential, page: null };
      const named = isId(pageRef) ? eq(pages.id, pageRef.toLowerCase()) : eq(pages.slug, pageRef);
      const [page] = await store.read
        .select({ id: pages.id, slug: pages.slug })
        .from(pages)
        .where(and(eq(pages.organizationId, credential.organizationId), named));
      const reached = page && (credential.pageIds === null || credential.pageIds.includes(page.id));
      return { credential, page: reached ? page : null };
    },
    list: (userId) =>
      store.read
        .select({
          id: sessions.id,
          userAgent: sessions.userAgent,
          createdAt: sessions.createdAt,
          lastUsedAt: sessions.lastUsedAt,
        })
        .from(sessions)
        .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now())))
        .orderBy(desc(sessions.lastUsedAt), sessions.id),
    async end(userId, sessionId) {
      const ended = await store.write((tx) =>
        tx
          .delete(sessions)
          .where(and(eq(sessions.userId, userId), eq(sessions.id, sessionId)))
          .returning({ id: sessions.id }),
      );
      return ended.length > 0;
    },
    forget: () => lucia.createBlankSessionCookie().serialize(),
  };
}

/** The value of a cookie; a name that is there twice counts as not there: one of the two was planted. */
export function cookieOf(header: string | null, name: string): string | null {
  const values = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
  return values.length === 1 ? values[0]! : null;
}

/** Not worth failing, or waiting, for. */
function noteUse(store: Store, id: string, now: number): void {
  store
    .write(async (tx) => {
      await tx
        .update(sessions)
        .set({ lastUsedAt: now, expiresAt: now + IDLE_MS })
        .where(and(eq(sessions.id, id), lte(sessions.lastUsedAt, now - USE_STEP_MS)));
    })
    .catch(() => undefined);
}
