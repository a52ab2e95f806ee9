/** Signing in as a rule: the work that a failure costs, the second factor, the limits. On a store and a clock of its own. */
import { eq } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sessions as sessionRows, users } from '../../db/accounts.ts';
import { limitHits } from '../../db/messages.ts';
import { createPasswords, type Passwords } from '../../src/auth/passwords.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  disableSecondFactor,
  recoveryCodesLeft,
  renewRecoveryCodes,
} from '../../src/auth/second-factor.ts';
import { createSessions, type Sessions } from '../../src/auth/session.ts';
import { type SignInDesk, type SignInOutcome, signIn, signInWithCode } from '../../src/auth/sign-in.ts';
import { TooManyError } from '../../src/domain/errors.ts';
import { createMember } from '../../src/manage/members.ts';
import { DAY, MINUTE, openSite, type Site } from '../fixtures/store.ts';

const ANNA = { email: 'anna@northwind.example', password: 'correct horse battery' };
const HOME = { client: '192.0.2.1', userAgent: null, requestId: 'test' };
const AWAY = { ...HOME, client: '198.51.100.7' };

let site: Site;
let desk: SignInDesk;
let sessions: Sessions;
let annaId: string;
/** What the password hasher was asked to compare with, and what the database was asked, since the last look. */
const work: string[] = [];

beforeAll(async () => {
  // Lucia looks at the real clock.
  site = await openSite(Date.now());
  const real = createPasswords();
  const passwords: Passwords = {
    hash: real.hash,
    matches: (password, known) => {
      work.push('compared');
      return real.matches(password, known);
    },
  };
  const { manager, clock } = site;
  sessions = createSessions(site.store, () => clock.now, false);
  const store = {
    ...site.store,
    write: <T>(job: Parameters<typeof site.store.write<T>>[0]) => {
      work.push('wrote');
      return site.store.write(job);
    },
  };
  desk = { store, secrets: manager.secrets, sessions, passwords, now: () => clock.now };
  const passwordHash = await real.hash(ANNA.password);
  const { organizationId } = site.actor;
  const made = { organizationId, email: ANNA.email, name: null, role: 'owner' as const, pageIds: null };
  annaId = (await createMember(manager, { ...made, passwordHash })).id;
});
afterAll(() => site.close());
beforeEach(async () => {
  work.length = 0;
  await site.store.write(async (tx) => {
    await tx.delete(limitHits);
  });
});

const cookieOf = (outcome: SignInOutcome) =>
  outcome.kind === 'signed_in' ? outcome.cookie.split(';')[0]! : '';

describe('A failure', () => {
  test('costs the same work whether or not somebody has the address', async () => {
    const known = await signIn(desk, { ...ANNA, password: 'wrong' }, HOME);
    const workForKnown = work.splice(0);
    const unknown = await signIn(desk, { email: 'nobody@northwind.example', password: 'wrong' }, HOME);
    expect([known, unknown]).toEqual([{ kind: 'refused' }, { kind: 'refused' }]);
    expect(workForKnown).toEqual(['wrote', 'compared']);
    expect(work).toEqual(workForKnown);
  });

  test('counts before the password is looked at: a hundred at once get ten tries', async () => {
    const tries = Array.from({ length: 100 }, (_, n) => signIn(desk, { ...ANNA, password: `${n}` }, HOME));
    const ends = await Promise.allSettled(tries);
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(10);
    expect(work.filter((one) => one === 'compared')).toHaveLength(10);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(TooManyError);
  });

  test('locks out nobody but whoever failed, and them for a quarter of an hour', async () => {
    for (let n = 0; n < 10; n++) await signIn(desk, { ...ANNA, password: 'wrong' }, AWAY);
    await expect(signIn(desk, ANNA, AWAY)).rejects.toThrow('Try again in 15 minutes.');
    expect((await signIn(desk, ANNA, HOME)).kind).toBe('signed_in');
    site.clock.advance(15 * MINUTE);
    expect((await signIn(desk, ANNA, AWAY)).kind).toBe('signed_in');
  });

  test('with a hundred addresses from one client ends as well', async () => {
    const quick = { ...desk, passwords: { ...desk.passwords, matches: async () => false } };
    for (let n = 0; n < 100; n++) await signIn(quick, { email: `n${n}@x.example`, password: 'wrong' }, AWAY);
    await expect(signIn(quick, { email: 'n100@x.example', password: 'wrong' }, AWAY)).rejects.toThrow(
      TooManyError,
    );
  });

  test('is forgiven by a success, which counts as none', async () => {
    const matches = async (password: string) => password === ANNA.password;
    const quick = { ...desk, passwords: { ...desk.passwords, matches } };
    for (let n = 0; n < 120; n++) {
      // Of a client's hundred failures an hour, these are eighty.
      if (n < 80) await signIn(quick, { ...ANNA, password: 'wrong' }, HOME);
      expect((await signIn(quick, ANNA, HOME)).kind).toBe('signed_in');
    }
  });
});

describe('A session', () => {
  test('is known by the hash of its secret alone: what the database holds signs nobody in', async () => {
    const cookie = cookieOf(await signIn(desk, ANNA, HOME));
    expect((await sessions.find(cookie))?.user.id).toBe(annaId);
    const rows = await site.store.read.select().from(sessionRows);
    for (const { id } of rows) {
      expect(cookie).not.toContain(id);
      expect(await sessions.find(`daymark_session=${id}`)).toBeNull();
      const asSecret = Buffer.from(id, 'hex').toString('base64url');
      expect(await sessions.find(`daymark_session=${asSecret}`)).toBeNull();
    }
  });

  test('of a cookie that is there twice is none: one of the two was planted', async () => {
    const cookie = cookieOf(await signIn(desk, ANNA, HOME));
    expect(await sessions.find(`${cookie}; daymark_session=${'x'.repeat(43)}`)).toBeNull();
    expect(await sessions.find(`a=%E0%A4%A; ${cookie}; b="`)).not.toBeNull();
  });

  test('lives on while it is used, which is written once a minute at most', async () => {
    const cookie = cookieOf(await signIn(desk, ANNA, HOME));
    const id = (await sessions.find(cookie))!.sessionId;
    const row = async () =>
      (await site.store.read.select().from(sessionRows).where(eq(sessionRows.id, id)))[0]!;
    const first = await row();
    site.clock.advance(MINUTE - 1);
    await sessions.find(cookie);
    await site.store.write(async () => undefined);
    expect(await row()).toEqual(first);
    site.clock.advance(1);
    await sessions.find(cookie);
    await site.store.write(async () => undefined);
    expect(await row()).toMatchObject({
      lastUsedAt: site.clock.now,
      expiresAt: site.clock.now + 30 * DAY,
    });
  });

  test('on https has a cookie that belongs to its very host', async () => {
    const secure = createSessions(site.store, () => site.clock.now, true);
    const cookie = await site.store.write((tx) => secure.start(tx, annaId, null));
    expect(cookie).toMatch(
      /^__Host-daymark_session=[\w-]{43}; HttpOnly; Max-Age=\d+; Path=\/; SameSite=Lax; Secure$/,
    );
    expect(cookie).not.toMatch(/domain/i);
  });
});

describe('The second factor', () => {
  let totp: TOTP;
  let recovery: string[];
  const code = (offset = 0) => totp.generate({ timestamp: site.clock.now + offset });
  const keeper = () => ({ store: site.store, secrets: site.manager.secrets, now: () => site.clock.now });

  beforeAll(async () => {
    const { secret, uri } = await beginSecondFactor(keeper(), annaId);
    expect(uri).toContain(secret);
    totp = new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 });
    expect((await signIn(desk, ANNA, HOME)).kind).toBe('signed_in');
    await expect(confirmSecondFactor(keeper(), annaId, '000000x')).rejects.toThrow('not the code');
    recovery = await confirmSecondFactor(keeper(), annaId, code());
    expect(recovery).toHaveLength(10);
  });

  test('is asked for once the password is right, and not before', async () => {
    expect(await signIn(desk, ANNA, HOME)).toMatchObject({ kind: 'code_needed', wrong: false });
    const wrong = { ...ANNA, password: 'wrong', code: code() };
    expect(await signIn(desk, wrong, HOME)).toEqual({ kind: 'refused' });
  });

  test('takes each code once, also the one that confirmed it', async () => {
    expect(await signIn(desk, { ...ANNA, code: code() }, HOME)).toMatchObject({
      kind: 'code_needed',
      wrong: true,
    });
    site.clock.advance(MINUTE);
    const now = code();
    expect((await signIn(desk, { ...ANNA, code: now }, HOME)).kind).toBe('signed_in');
    expect(await signIn(desk, { ...ANNA, code: now }, HOME)).toMatchObject({
      kind: 'code_needed',
      wrong: true,
    });
    // Nor an earlier one that was not used.
    expect(await signIn(desk, { ...ANNA, code: code(-30_000) }, HOME)).toMatchObject({ wrong: true });
  });

  test('of a hundred sign-ins with one code lets a single one in', async () => {
    site.clock.advance(MINUTE);
    const outcome = await signIn(desk, ANNA, HOME);
    const ticket = outcome.kind === 'code_needed' ? outcome.ticket : '';
    const now = code();
    const ends = await Promise.allSettled(
      Array.from({ length: 100 }, () => signInWithCode(desk, { ticket, code: now }, HOME)),
    );
    const isIn = (end: (typeof ends)[number]) => end.status === 'fulfilled' && end.value.kind === 'signed_in';
    expect(ends.filter(isIn)).toHaveLength(1);
  });

  test('can be replaced by a recovery code, each once', async () => {
    const [first = '', second = ''] = recovery;
    expect((await signIn(desk, { ...ANNA, code: first.toUpperCase() }, HOME)).kind).toBe('signed_in');
    expect(await signIn(desk, { ...ANNA, code: first }, HOME)).toMatchObject({ wrong: true });
    expect(await recoveryCodesLeft(site.store.read, annaId)).toBe(9);
    const renewed = await renewRecoveryCodes(keeper(), annaId);
    expect(await signIn(desk, { ...ANNA, code: second }, HOME)).toMatchObject({ wrong: true });
    expect((await signIn(desk, { ...ANNA, code: renewed[0]! }, HOME)).kind).toBe('signed_in');
  });

  test('is tried ten times, whoever tries', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) =>
        signIn(desk, { ...ANNA, code: '00000a' }, { ...HOME, client: `192.0.2.${n}` }),
      ),
    );
    expect(tries.filter((end) => end.status === 'fulfilled')).toHaveLength(10);
  });

  test('is in the ticket of one sign-in: ten minutes, one password, one member', async () => {
    const outcome = await signIn(desk, ANNA, HOME);
    const ticket = outcome.kind === 'code_needed' ? outcome.ticket : '';
    const changed = `${ticket.startsWith('A') ? 'B' : 'A'}${ticket.slice(1)}`;
    expect(await signInWithCode(desk, { ticket: changed, code: code() }, HOME)).toEqual({
      kind: 'refused',
    });
    site.clock.advance(10 * MINUTE);
    expect(await signInWithCode(desk, { ticket, code: code() }, HOME)).toEqual({ kind: 'refused' });
    const fresh = await signIn(desk, ANNA, HOME);
    const kept = fresh.kind === 'code_needed' ? fresh.ticket : '';
    const [before] = await site.store.read.select().from(users).where(eq(users.id, annaId));
    const passwordHash = await desk.passwords.hash('a new long password');
    await site.store.write((tx) => tx.update(users).set({ passwordHash }).where(eq(users.id, annaId)));
    expect(await signInWithCode(desk, { ticket: kept, code: code() }, HOME)).toEqual({ kind: 'refused' });
    await site.store.write((tx) =>
      tx.update(users).set({ passwordHash: before!.passwordHash }).where(eq(users.id, annaId)),
    );
  });

  test('lies in the database encrypted, and is gone when it is switched off', async () => {
    const [row] = await site.store.read.select().from(users).where(eq(users.id, annaId));
    expect(JSON.stringify(row)).not.toContain(totp.secret.base32);
    await disableSecondFactor(keeper(), annaId);
    expect((await signIn(desk, ANNA, HOME)).kind).toBe('signed_in');
  });
});
