/** Every operation of the document with everything that may stand for somebody. */
import { ROLES, type Role } from '../../db/accounts.ts';
import { scopesOf } from '../../src/auth/roles.ts';
import { SCOPES, type Scope } from '../../src/auth/scopes.ts';
import { behindItsBack } from '../fixtures/behind-its-back.ts';
import type { Operation } from '../fixtures/operations.ts';
import { newMember, signedIn, type Visitor } from '../server/console.ts';
import type { Answer } from '../server/http.ts';
import { type Attack, Findings } from './attack.ts';
import { bearer, differenceOf, pathOf, startTenants, type Tenants } from './tenants.ts';

type Ask = (operation: Operation, path: string, body: unknown) => Promise<Answer>;

/** Not JSON: whoever is let in is refused for it, and nothing is done. */
const BROKEN = '[';
/** What a key that is bound to some pages must not do, on any page. */
const BEYOND_PAGES = /^(POST \/api\/v1\/pages|\w+ \/api\/v1\/(audit-events|members|invitations).*)$/;

export const authorizationAttack: Attack = {
  name: 'authorization',
  title: 'every operation × every credential',
  async run() {
    const tenants = await startTenants();
    try {
      return await matrix(tenants);
    } finally {
      await tenants.stop();
    }
  },
};

async function matrix(tenants: Tenants): Promise<Findings> {
  const { daymark, acme, charlie } = tenants;
  const found = new Findings();
  const managed = tenants.operations.filter(({ scope }) => scope !== null);
  let asked = 0;

  /** Asks every operation, and holds each answer to what is right. */
  const hold = async (
    who: string,
    ask: Ask,
    isRight: (answer: Answer, operation: Operation) => boolean,
    ids = acme.ids,
    of = managed,
  ) => {
    asked++;
    for (const operation of of) {
      // What an operation that deletes would find is not put before it when it may be let in.
      const answer = await ask(
        operation,
        pathOf(operation, ids),
        operation.method === 'GET' ? undefined : BROKEN,
      );
      found.expect(
        isRight(answer, operation),
        () => `${who}: ${operation.method} ${operation.path} → ${answer.status} ${answer.text.slice(0, 200)}`,
      );
    }
  };
  const withHeaders =
    (headers: Record<string, string>): Ask =>
    ({ method }, path, body) =>
      daymark.api(method, path, body, { authorization: '', ...headers });
  const is =
    (...statuses: number[]) =>
    ({ status }: Answer) =>
      statuses.includes(status);
  const is401 = (answer: Answer) => answer.status === 401 && answer.headers['www-authenticate'] !== undefined;
  const key = async (body: object) => {
    const made = await daymark.api('POST', '/api/v1/api-keys', { name: 'x', ...body });
    return made.body as { id: string; key: string };
  };

  const revoked = await key({ scopes: SCOPES });
  await daymark.api('DELETE', `/api/v1/api-keys/${revoked.id}`);
  const expired = await key({ scopes: SCOPES, expires_at: '2090-01-01T00:00:00Z' });
  const database = behindItsBack(daymark);
  await database.execute('update api_keys set expires_at = 1 where id = ?', expired.id);
  const ended = await signedIn(daymark, await newMember(daymark, 'ended@acme.example', 'owner'));
  const cookie = (visitor: Visitor) => [...visitor.cookies].map((pair) => pair.join('=')).join('; ');
  const endedCookie = cookie(ended);
  await ended.post('/console/sign-out/');
  await database.close();
  const second = await daymark.api('POST', '/api/v1/pages', { name: 'Second ACMESECRET' });
  const bound = await key({ scopes: SCOPES, page_ids: [(second.body as { id: string }).id] });
  const only = new Map<Scope, string>();
  const allBut = new Map<Scope, string>();
  for (const scope of SCOPES) {
    only.set(scope, (await key({ scopes: [scope] })).key);
    allBut.set(scope, (await key({ scopes: SCOPES.filter((one) => one !== scope) })).key);
  }
  const sessions = new Map<Role, Visitor>();
  for (const role of ROLES)
    sessions.set(role, await signedIn(daymark, await newMember(daymark, `${role}@acme.example`, role)));
  const limited = await newMember(daymark, 'limited@acme.example', 'editor');
  const people = (await daymark.api('GET', '/api/v1/members?per_page=500')).body as {
    id: string;
    email: string;
  }[];
  const limitedId = people.find(({ email }) => email === limited.email)!.id;
  const narrowed = await daymark.api('PATCH', `/api/v1/members/${limitedId}`, {
    page_ids: [(second.body as { id: string }).id],
  });
  if (narrowed.status !== 200) throw new Error(`the member was not limited: ${narrowed.text}`);
  const limitedSession = await signedIn(daymark, limited);

  const before = await tenants.contents();
  for (const [who, headers] of Object.entries<Record<string, string>>({
    nobody: {},
    'a key that nobody made': bearer(`sk_live_${'x'.repeat(32)}`),
    'a revoked key': bearer(revoked.key),
    'an expired key': { 'x-api-key': expired.key },
    'the hash of a key': bearer(`sk_live_${'0'.repeat(64)}`),
    'a key without its prefix': bearer(acme.key.slice(8)),
    'a key in another case': bearer(acme.key.toUpperCase()),
    'a key by Basic': { authorization: `Basic ${Buffer.from(`${acme.key}:`).toString('base64')}` },
    'a key in a cookie': { cookie: `daymark_session=${acme.key}` },
    'a session that ended': { cookie: endedCookie, origin: daymark.url },
    'a session that nobody has': { cookie: `daymark_session=${'A'.repeat(43)}`, origin: daymark.url },
    'a session on another host': { cookie: cookie(acme.owner), origin: daymark.url, host: 'evil.example' },
    'a session as a key': bearer(acme.owner.cookies.get('daymark_session') ?? ''),
  }))
    await hold(who, withHeaders(headers), is401);
  await hold('two different keys', withHeaders({ ...bearer(acme.key), 'x-api-key': charlie.key }), is(400));
  await hold(
    'a key in the query',
    (one, path, body) => withHeaders({})(one, `${path}?api_key=${acme.key}&access_token=${acme.key}`, body),
    is401,
  );

  await hold(
    'every scope but its own',
    (one, path, body) => withHeaders(bearer(allBut.get(one.scope as Scope)!))(one, path, body),
    is(403),
  );
  // On a page that is not there: what deletes takes no body that could be refused.
  const nowhere = { pages: 'nowhere' };
  for (const scope of SCOPES) {
    const isOpen = ({ status }: Answer, operation: Operation) =>
      (status !== 403 && status !== 401) === (operation.scope === scope);
    await hold(`${scope} alone`, withHeaders(bearer(only.get(scope)!)), isOpen, nowhere);
  }
  const below = managed.filter(({ path }) => path.includes('{page}'));
  const beyond = managed.filter(({ method, path }) => BEYOND_PAGES.test(`${method} ${path}`));
  for (const [who, ask] of [
    ['a key that is bound to another page', withHeaders(bearer(bound.key))],
    ['a member of another page', (one, path, body) => limitedSession.api(one.method, path, body)],
  ] as [string, Ask][]) {
    const mayNot = who.startsWith('a member') ? [403, 404] : [404];
    await hold(who, ask, is(...mayNot), acme.ids, below);
    await hold(who, ask, is(...mayNot), { ...acme.ids, pages: 'acme' }, below);
    await hold(`${who}, beyond pages`, ask, is(403), acme.ids, beyond);
  }
  await hold(
    'another organization',
    withHeaders(bearer(charlie.key)),
    is(404),
    acme.ids,
    managed.filter(({ path }) => path.includes('{')),
  );
  await hold(
    'the owner of another organization',
    (one, path, body) => charlie.owner.api(one.method, path, body),
    is(404),
    acme.ids,
    managed.filter(({ path }) => path.includes('{')),
  );

  for (const [role, session] of sessions) {
    const scopes = new Set<string>(scopesOf(role));
    const isOpen = ({ status }: Answer, { scope }: Operation) => (status !== 403) === scopes.has(scope!);
    await hold(
      `a member who is ${role}`,
      (one, path, body) => session.api(one.method, path, body),
      isOpen,
      nowhere,
    );
  }
  const writes = managed.filter(({ method }) => method !== 'GET');
  for (const origin of [
    '',
    'null',
    'https://evil.example',
    `${daymark.url}.evil.example`,
    daymark.url.replace('127.0.0.1', 'localhost'),
    `${daymark.url}/`,
  ])
    await hold(
      `the owner's cookie with Origin "${origin}"`,
      withHeaders({ cookie: cookie(acme.owner), origin, ...(origin === '' ? { referer: daymark.url } : {}) }),
      is(403),
      acme.ids,
      writes,
    );
  const after = await tenants.contents();
  found.expect(after === before, () => `the database has changed:\n${differenceOf(before, after)}`);
  found.note = `${managed.length} operations × ${asked} credentials; nothing was changed`;
  return found;
}
