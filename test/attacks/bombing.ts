/** The sign-up of a page as a weapon: against one mailbox, against many, and against the links that mails hold. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { subscriberToken } from '../../src/domain/subscriber-token.ts';
import { type BehindItsBack, behindItsBack } from '../fixtures/behind-its-back.ts';
import { openDesk } from '../mail/desk.ts';
import { OWNER, OWNER_ENV } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { type Answer, send } from '../server/http.ts';
import { type Attack, Findings } from './attack.ts';

/** The limits of the contract, section 4. */
const PER_CLIENT = 20;
const PER_ADDRESS = 5;
const PAGES = ['acme', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta'];

export const bombingAttack: Attack = {
  name: 'bombing',
  title: 'subscription bombing, guessed links',
  async run({ short }) {
    const daymark = await startDaymark({
      env: { DNS_SERVERS: '127.0.0.1:9', TRUSTED_PROXIES: '127.0.0.1', ...OWNER_ENV },
    });
    const database = behindItsBack(daymark);
    try {
      await firstPage(daymark, { name: 'Acme', slug: 'acme' });
      for (const slug of PAGES.slice(1)) await daymark.api('POST', '/api/v1/pages', { name: slug, slug });
      const attack = new Bombing(daymark, database, short ? 24 : 400);
      await attack.run();
      return attack.found;
    } finally {
      await database.close();
      await daymark.stop();
    }
  },
};

class Bombing {
  readonly found = new Findings();
  readonly #daymark: Daymark;
  readonly #database: BehindItsBack;
  readonly #times: number;
  #clients = 0;

  constructor(daymark: Daymark, database: BehindItsBack, times: number) {
    this.#daymark = daymark;
    this.#database = database;
    this.#times = times;
  }

  async run(): Promise<void> {
    const times = Array.from({ length: this.#times }, (_, n) => n);
    const victim = 'victim@example.com';
    for (const n of times) await this.#signUp(victim, this.#client(), PAGES[n % PAGES.length]);
    await this.#letters(victim, PER_ADDRESS, 'one address, many clients, seven pages');
    const same = 'Same.Person@example.com';
    for (const n of times) {
      const variants = [same, same.toUpperCase(), ` ${same} `, same.toLowerCase(), `\t${same}`];
      await this.#signUp(variants[n % variants.length]!, this.#client());
    }
    await this.#letters(/^same\.person@/i, 1, 'one address in many spellings, one page');
    for (const n of times)
      await this.#signUp(`plus+${n}@example.com`, this.#client(), PAGES[n % PAGES.length]);
    await this.#letters(/^plus\+/, PER_ADDRESS, 'one mailbox by plus-addresses, many clients');

    await this.#flood('ipv4', () => '203.0.113.7');
    await this.#flood(
      'ipv6',
      (n) => `2001:db8:1:2:${(n * 7919).toString(16).slice(-4)}::${(n + 1).toString(16)}`,
    );
    await this.#flood('mapped', (n) => (n % 2 ? '::ffff:198.18.7.7' : '198.18.7.7'));
    await this.#flood('forged', (n) => `10.0.0.${n % 250}, 198.51.100.${n % 250}, 198.18.9.9`);
    await this.#badAddresses();
    await this.#nothingTold();
    const tokens = await this.#guesses();
    await this.#resets();
    this.found.note = `${await this.#sent()} letters in all; ${tokens} links guessed, none good`;
  }

  #client(): string {
    const n = ++this.#clients;
    return `198.${20 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
  }

  #visit(
    method: string,
    path: string,
    body: unknown,
    client: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return send(method, this.#daymark.url + path, body, { 'x-forwarded-for': client, ...headers });
  }

  async #signUp(email: unknown, client: string, page = 'acme'): Promise<Answer> {
    const answer = await this.#visit('POST', `/p/${page}/api/v1/subscribers`, { email }, client);
    this.found.expect(
      [202, 422, 429].includes(answer.status),
      () => `a sign-up of ${String(email)} → ${answer.status} ${answer.text}`,
    );
    return answer;
  }

  /** Many addresses from one place. */
  async #flood(name: string, client: (n: number) => string): Promise<void> {
    let taken = 0;
    for (let n = 0; n < Math.min(this.#times, 100); n++) {
      const answer = await this.#signUp(`${name}-${n}@flood.example`, client(n));
      if (answer.status === 202) taken++;
      else
        this.found.expect(
          Number(answer.headers['retry-after']) > 0,
          () => `${name}: a refusal without Retry-After`,
        );
    }
    this.found.expect(taken === PER_CLIENT, () => `${name}: ${taken} sign-ups of one client were taken`);
    await this.#letters(new RegExp(`^${name}-\\d+@`), PER_CLIENT, `many addresses, one client (${name})`);
  }

  async #badAddresses(): Promise<void> {
    const before = await this.#sent();
    for (const email of [
      'a@example.com, b@example.com',
      'a@example.com\r\nBcc: b@example.com',
      'a@example.com\nTo: b@x.example',
      ['a@example.com', 'b@example.com'],
      '"a" <a@example.com>',
      'a@example.com;b@example.com',
      'a@example.com b@example.com',
      'a@[127.0.0.1]',
      'a@example.com%0d%0aCc: b@x.example',
      'a@example.com\0',
      { to: 'a@example.com' },
      'a@example.com>',
      '<a@example.com',
      'a@b',
      `${'a'.repeat(300)}@example.com`,
      'a@example.com\u2028Bcc: x@y.example',
      '|id@example.com;',
      '',
    ]) {
      const answer = await this.#signUp(email, this.#client());
      this.found.expect(
        answer.status === 422,
        () => `the address ${JSON.stringify(email)} → ${answer.status}`,
      );
    }
    for (const form of ['email=a%40example.com%0d%0aBcc:b%40x.example', 'email[]=a@example.com']) {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await this.#visit('POST', '/p/acme/api/v1/subscribers', form, this.#client(), type);
      this.found.expect(
        answer.status === 422 || answer.status === 400 || /error/.test(answer.headers.location ?? ''),
        () => `the form ${form} → ${answer.status} ${answer.headers.location ?? ''}`,
      );
    }
    this.found.expect((await this.#sent()) === before, () => 'a bad address was sent a letter');
  }

  /** Known, unknown, left: one answer. */
  async #nothingTold(): Promise<void> {
    const path = '/api/v1/pages/acme/subscribers';
    await this.#daymark.api('POST', path, { email: 'known@example.com' });
    const left = await this.#daymark.api('POST', path, { email: 'left@example.com' });
    await this.#daymark.api('PATCH', `${path}/${(left.body as { id: string }).id}`, {
      status: 'unsubscribed',
    });
    const answers: string[] = [];
    for (const email of [
      'known@example.com',
      'left@example.com',
      'unknown@example.com',
      'victim@example.com',
    ]) {
      const { status, text, headers } = await this.#signUp(email, this.#client());
      const { date, ...rest } = headers;
      answers.push(
        JSON.stringify([
          status,
          text.replaceAll(email, ''),
          Object.keys(rest).sort(),
          rest['content-length'],
        ]),
      );
    }
    this.found.expect(new Set(answers).size === 1, () => `answers differ: ${answers.join('\n')}`);
  }

  /** Links that nobody was sent. @returns how many */
  async #guesses(): Promise<number> {
    const { body } = await this.#daymark.api('GET', '/api/v1/pages/acme/subscribers?per_page=500');
    const [one, other] = (body as { id: string }[]).map(({ id }) => id);
    const desk = await openDesk(this.#daymark.dataDir);
    const good = subscriberToken(desk.secrets, one!);
    await desk.close();
    const [id = '', signature = ''] = good.split('.');
    const spoilt = [...good].flatMap((_char, n) =>
      ['A', 'z', '0', '-']
        .filter((char) => char !== good[n])
        .map((char) => good.slice(0, n) + char + good.slice(n + 1)),
    );
    const guesses = new Set([
      ...spoilt.filter((token) => !isSameToken(token, good)),
      ...[
        `${other}.${signature}`,
        id,
        `${id}.`,
        `.${signature}`,
        `${good}.`,
        `${good}x`,
        good.slice(0, -1),
        `${id}.${signature}.${signature}`,
        '',
        ' ',
        'null',
        'undefined',
        '../',
        `${id}\0.${signature}`,
      ],
      ...Array.from({ length: this.#times }, () => randomBytes(32).toString('base64url')),
      ...Array.from({ length: this.#times }, () => `${id}.${randomBytes(32).toString('base64url')}`),
    ]);
    const before = await this.#people();
    for (const token of guesses) {
      const query = `?token=${encodeURIComponent(token)}`;
      for (const [method, path, sent] of [
        ['POST', `subscribers/unsubscribe${query}`, undefined],
        ['GET', `subscribers/me${query}`, undefined],
        ['PATCH', `subscribers/me${query}`, { whole_page: true }],
        ['POST', 'subscribers/verify', { token }],
      ] as const) {
        const answer = await this.#visit(method, `/p/acme/api/v1/${path}`, sent, this.#client());
        this.found.expect(
          [400, 422].includes(answer.status),
          () => `${method} ${path} with the guess ${token} → ${answer.status} ${answer.text.slice(0, 100)}`,
        );
      }
    }
    // Readers of mail follow links: that changes nothing, whether they are good or not.
    for (const path of [
      'unsubscribe/',
      'subscribe/manage/',
      'subscribe/verify/',
      'api/v1/subscribers/unsubscribe',
    ])
      for (const token of [good, 'x'])
        await this.#visit('GET', `/p/acme/${path}?token=${token}`, undefined, this.#client());
    this.found.expect((await this.#people()) === before, () => 'a guess has changed somebody');
    return guesses.size;
  }

  /** Letters that a stranger has sent to somebody who has an account. */
  async #resets(): Promise<void> {
    for (let n = 0; n < Math.min(this.#times, 60); n++)
      await this.#visit(
        'POST',
        '/console/password/',
        `email=${encodeURIComponent(OWNER.email)}&do=request`,
        this.#client(),
        { 'content-type': 'application/x-www-form-urlencoded', origin: this.#daymark.url },
      );
    await this.#letters(OWNER.email, PER_ADDRESS, 'resets of one password by many clients');
  }

  async #people(): Promise<string> {
    const { rows } = await this.#database.read(
      'select json_group_array(json_array(id, status, whole_page, updated_at)) as state from (select * from subscribers order by id)',
    );
    return String(rows[0]!.state);
  }

  async #allSent(): Promise<void> {
    await until(
      async () =>
        Number(
          (await this.#database.read("select count(*) as n from letters where state = 'pending'")).rows[0]!.n,
        ) === 0,
      'all letters are out',
      60_000,
    );
  }

  async #recipients(): Promise<string[]> {
    await this.#allSent();
    const folder = join(this.#daymark.dataDir, 'outbox');
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
    const mails = await Promise.all(
      names.map(async (name) => simpleParser(await readFile(join(folder, name)))),
    );
    return mails.flatMap(({ to }) =>
      [to]
        .flat()
        .flatMap((one) => one?.value ?? [])
        .map(({ address }) => address ?? ''),
    );
  }

  async #sent(): Promise<number> {
    return (await this.#recipients()).length;
  }

  async #letters(to: string | RegExp, most: number, what: string): Promise<void> {
    const recipients = await this.#recipients();
    const got = recipients.filter((address) =>
      typeof to === 'string' ? address === to : to.test(address),
    ).length;
    this.found.expect(got <= most && got > 0, () => `${what}: ${got} letters`);
  }
}

/** A UUID may be written in capitals; the last character of a signature holds bits that mean nothing. */
function isSameToken(token: string, good: string): boolean {
  const bytes = (text: string) =>
    `${text.split('.')[0]!.toLowerCase()} ${Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('hex')}`;
  return bytes(token) === bytes(good);
}
