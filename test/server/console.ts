import type { ParsedMail } from 'mailparser';
import { createPasswords } from '../../src/auth/passwords.ts';
import type { Role } from '../../src/auth/roles.ts';
import { createMember } from '../../src/manage/members.ts';
import { createOrganization, findOrganization } from '../../src/manage/organizations.ts';
import { filedMails, openDesk } from '../mail/desk.ts';
import { type Daymark, ORGANIZATION_SLUG } from './daymark.ts';
import { until } from './first-page.ts';
import { type Answer, send } from './http.ts';

/** Hand `OWNER_ENV` to `startDaymark`, and this is the owner of its organization. */
export const OWNER = { email: 'ines@northwind.example', password: 'correct horse battery' };
export const OWNER_ENV = { DAYMARK_ADMIN_EMAIL: OWNER.email, DAYMARK_ADMIN_PASSWORD: OWNER.password };

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** A browser without script: keeps cookies, sends forms. Redirects are not followed. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  constructor(readonly url: string) {}

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.request('GET', path, undefined, headers);
  }

  /** Sends a form as a browser does. A header of value '' takes the default one away. */
  post(path: string, fields: Fields = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const body = new URLSearchParams();
    for (const [name, values] of Object.entries(fields))
      for (const value of [values].flat()) body.append(name, value);
    const type = { 'content-type': 'application/x-www-form-urlencoded', origin: this.url };
    return this.request('POST', path, body.toString(), { ...type, ...headers });
  }

  /** A request of the API with the session, as a script of the console sends it. */
  api(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.request(method, path, body, { origin: this.url, ...headers });
  }

  async request(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all: Record<string, string> = { ...(cookie ? { cookie } : {}), ...headers };
    for (const [name, value] of Object.entries(all)) if (value === '') delete all[name];
    const answer = await send(method, this.url + path, body, all);
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const name = pair.slice(0, pair.indexOf('='));
    if (attributes.some((one) => /^\s*max-age=0$/i.test(one))) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(name.length + 1));
  }
}

/** Somebody who has signed in through the form. */
export async function signedIn(
  { url }: Pick<Daymark, 'url'>,
  who: { email: string; password: string } = OWNER,
): Promise<Visitor> {
  const visitor = new Visitor(url);
  const answer = await visitor.post('/console/sign-in/', who);
  if (answer.status !== 303) throw new Error(`not signed in: ${answer.status} ${answer.text.slice(-2000)}`);
  return visitor;
}

const passwords = createPasswords();

/** Makes a member as `users create` does, without starting a process for each. @returns what they sign in with */
export async function newMember(
  { dataDir }: Pick<Daymark, 'dataDir'>,
  email: string,
  role: Role,
  org = ORGANIZATION_SLUG,
): Promise<{ email: string; password: string }> {
  const { store, secrets, close } = await openDesk(dataDir);
  const silent = { committed() {}, deleted() {}, letterQueued() {} };
  const manager = { store, secrets, now: () => Date.now(), ...silent };
  const password = `${email} has this one`;
  try {
    const { id } = (await findOrganization(store, org)) ?? (await createOrganization(manager, org, org));
    const passwordHash = await passwords.hash(password);
    await createMember(manager, { organizationId: id, email, name: null, role, pageIds: null, passwordHash });
  } finally {
    await close();
  }
  return { email, password };
}

/** The path and token that the newest letter to an address leads to, once one with `needle` in its link is there. */
export async function linkTo(
  { dataDir }: Pick<Daymark, 'dataDir'>,
  email: string,
  needle: string,
  among = 1,
): Promise<{ path: string; token: string }> {
  const links: string[] = [];
  await until(async () => {
    links.length = 0;
    for (const mail of await filedMails(dataDir)) links.push(...linksIn(mail, email, needle));
    return links.length >= among;
  }, `a letter to ${email} with ${needle} is written`);
  const url = new URL(links.at(-1)!);
  return { path: url.pathname + url.search, token: url.searchParams.get('token') ?? '' };
}

function linksIn(mail: ParsedMail, email: string, needle: string): string[] {
  const to = [mail.to].flat().flatMap((one) => one?.value ?? []);
  if (!to.some(({ address }) => address === email)) return [];
  const link = /https?:\/\/\S+\?token=[\w-]+/.exec(mail.text ?? '')?.[0];
  return link?.includes(needle) ? [link] : [];
}
