/** Readers who come and go, and people who sign in: by the forms, letters and links that they would use. */
import { until } from '../server/first-page.ts';
import type { Act } from './teams.ts';
import { fault, HOUR, nextMark, type Subscriber, say, visit, type World } from './world.ts';

export const ADMIN = { email: 'owner@soak.example', password: 'a long enough password 1' };
/** What an address begins with says what becomes of its mail. */
const KINDS = ['well', 'well', 'well', 'well', 'shaky', 'bounce'];
const VERIFY = /\/subscribe\/verify\/\?token=([\w.~-]+)/;
const MOST = 120;

/** The mail server's answer to an address: one does not exist, another takes mail at the third try. */
export function mailFault(step: string, to: string, count: number): string | null {
  if (step !== 'rcpt') return null;
  if (to.startsWith('bounce')) return '550 5.1.1 No such user';
  return to.startsWith('shaky') && count % 3 !== 0 ? '451 4.2.1 Try again' : null;
}

const signUp: Act = async (world, page) => {
  const { chance, sink } = world;
  if (world.subscribers.filter(({ active }) => active).length >= MOST) return;
  const email = `${chance.pick(KINDS)}-${++world.count}@reader.example`;
  const follows = chance.once(2) || page.components.length === 0 ? [] : [chance.pick(page.components)];
  const path = `/p/${page.slug}/api/v1/subscribers`;
  const asked = await visit(world, 'POST', path, { email, component_ids: follows });
  if (asked.status !== 202) return fault(world, `a sign-up was answered ${asked.status}: ${asked.text}`);
  // Their letter never comes, or waits for a second try: they are readers all the same by their team's word.
  if (!email.startsWith('well')) return manage(world, page, email, follows);
  await until(async () => sink.for(email).length > 0, `${email} is asked to confirm`, 120_000);
  if (chance.once(5)) return undefined;
  const token = VERIFY.exec(sink.for(email)[0]!.mail.text ?? '')?.[1] ?? '';
  const verified = await visit(world, 'POST', `${path}/verify`, { token });
  if (verified.status !== 200)
    return fault(world, `a confirmation was answered ${verified.status}: ${verified.text}`);
  const { manage_token } = verified.body as { manage_token: string };
  world.subscribers.push({
    ...{
      email,
      page,
      active: true,
      follows: follows.length > 0 ? follows : null,
      token: manage_token,
      id: null,
    },
  });
  const again = await visit(world, 'POST', `${path}/verify`, { token });
  if (again.status !== 400) fault(world, `a link was good twice: ${again.status}`);
};

async function manage(
  world: World,
  page: Subscriber['page'],
  email: string,
  follows: string[],
): Promise<void> {
  const made = await say(world, 'POST', `pages/${page.id}/subscribers`, { email, component_ids: follows });
  const { id } = made.body as { id: string };
  // A mailbox that is not there counts as a reader until its first mail, which is never taken.
  const active = !email.startsWith('bounce');
  world.subscribers.push({
    email,
    page,
    active,
    follows: follows.length > 0 ? follows : null,
    token: '',
    id,
  });
}

const onReader =
  (act: (world: World, reader: Subscriber) => Promise<unknown>): Act =>
  async (world) => {
    const readers = world.subscribers.filter(({ active, token }) => active && token !== '');
    if (readers.length > 0) await act(world, world.chance.pick(readers));
  };

const choose = onReader(async (world, reader) => {
  const { chance } = world;
  const chosen = chance.some(reader.page.components);
  const path = `/p/${reader.page.slug}/api/v1/subscribers/me?token=${reader.token}`;
  const answer = await visit(world, 'PATCH', path, { component_ids: chosen });
  if (answer.status !== 200) return fault(world, `a choice was answered ${answer.status}: ${answer.text}`);
  reader.follows = chosen.length > 0 ? chosen : null;
});

/** By the link that mail programs post to (RFC 8058), out of the last mail that came. */
const leave = onReader(async (world, reader) => {
  const letter = world.sink.for(reader.email).findLast(({ raw }) => raw.includes('List-Unsubscribe-Post'));
  const header = letter?.raw.toString('latin1').replaceAll(/\r\n[ \t]+/g, ' ');
  const link = /^List-Unsubscribe: *<https?:\/\/[^/]+([^>]+)>/im.exec(header ?? '')?.[1];
  // The page may have moved since: its old address leads on.
  const path = link ?? `/p/${reader.page.slug}/api/v1/subscribers/unsubscribe?token=${reader.token}`;
  const post = (to: string) =>
    visit(world, 'POST', to, 'List-Unsubscribe=One-Click', {
      'content-type': 'application/x-www-form-urlencoded',
    });
  let answer = await post(path);
  const { location } = answer.headers;
  if ([301, 307, 308].includes(answer.status) && location)
    answer = await post(
      new URL(location, world.daymark.url + path).pathname +
        new URL(location, world.daymark.url + path).search,
    );
  if (answer.status !== 200)
    return fault(world, `leaving by one click was answered ${answer.status}: ${answer.text} at ${path}`);
  reader.active = false;
});

const erase: Act = async (world, page) => {
  const found = await world.daymark.api('GET', `/api/v1/pages/${page.id}/subscribers?per_page=500`);
  const all = found.body as { id: string; email: string }[];
  if (all.length === 0) return;
  const { id, email } = world.chance.pick(all);
  await say(world, 'DELETE', `pages/${page.id}/subscribers/${id}`);
  for (const one of world.subscribers) if (one.page === page && one.email === email) one.active = false;
};

const hook: Act = async (world, page) => {
  const { chance, told, receivers } = world;
  if (told.hooks.filter((one) => one.page === page && one.active).length >= 3) return;
  const path = `/${chance.pick(['well', 'shaky', 'dead'])}/${++world.count}`;
  const follows = chance.once(2) || page.components.length === 0 ? null : [chance.pick(page.components)];
  const body = { url: receivers.url + path, ...(follows ? { component_ids: follows } : {}) };
  const made = (await say(world, 'POST', `pages/${page.id}/webhooks`, body)).body as { id: string };
  told.hooks.push({ id: made.id, page, path, follows, active: true });
};

const invite: Act = (world) =>
  say(world, 'POST', 'invitations', { email: `colleague-${++world.count}@soak.example`, role: 'viewer' });

const signIn: Act = async (world) => {
  const wrong = world.chance.once(3);
  const body = wrong ? { ...ADMIN, password: 'not that one at all' } : ADMIN;
  const answer = await visit(world, 'POST', '/api/v1/session', body);
  const expected = wrong ? 401 : 200;
  if (answer.status !== expected)
    fault(world, `a sign-in was answered ${answer.status} in place of ${expected}`);
};

const makeKey: Act = async (world) => {
  const expiresAt = world.clock.now() + HOUR;
  const expires_at = world.clock.iso(expiresAt);
  const body = { name: `Key ${++world.count}`, scopes: ['pages:read'], expires_at };
  const made = await say(world, 'POST', 'api-keys', body);
  world.keys.push({ key: (made.body as { key: string }).key, expiresAt });
};

/** The same request twice makes one thing. */
const repeat: Act = async (world, page) => {
  const mark = nextMark(world);
  const body = { title: `Seen twice ${mark}`, body: 'Once.', notify: false };
  const headers = { 'idempotency-key': mark };
  const post = () => world.daymark.api('POST', `/api/v1/pages/${page.id}/incidents`, body, headers);
  const [first, second] = [await post(), await post()];
  const made = first.body as { id: string };
  if (first.status !== 201 || made.id !== (second.body as { id: string }).id)
    fault(world, `a repeated request was answered ${first.status}, ${second.status}`);
  page.incidents.push({ id: made.id, mark, named: [], open: true, startedAt: world.clock.now() });
  await say(world, 'POST', `pages/${page.id}/incidents/${made.id}/updates`, {
    status: 'resolved',
    body: 'Over.',
    notify: false,
  });
  page.incidents.at(-1)!.open = false;
};

/** With how often each is chosen. */
export const PEOPLE_ACTS: Record<string, [Act, number]> = {
  'sign up': [signUp, 14],
  'choose components': [choose, 4],
  'leave by one click': [leave, 3],
  'erase a reader': [erase, 1],
  'make a webhook': [hook, 2],
  'invite somebody': [invite, 1],
  'sign in': [signIn, 2],
  'make a key': [makeKey, 1],
  'repeat a request': [repeat, 2],
};
