/** Paths and hosts that could mean something else to one part of a server than to another. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, type RawAnswer } from '../fixtures/raw-http.ts';
import { runCli } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';
import { type Attack, Findings } from './attack.ts';
import { startTenants, type Tenants } from './tenants.ts';

const AT_ONCE = 8;
/** How a dot, and what separates segments, may be written. */
const DOTS = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2E.',
  '%252e%252e',
  '..;',
  '%c0%ae%c0%ae',
  '%u002e%u002e',
  '\uff0e\uff0e',
  '..%00',
  '..%0a',
  '.',
];
const SLASHES = [
  '/',
  '\\',
  '%2f',
  '%5c',
  '%252f',
  '%255c',
  '%c0%af',
  '//',
  ';/',
  '/./',
  '/%2e/',
  '%u2215',
  '\t/',
];
/** Where a climb begins, how deep it is, and what it is after. */
const BASES = [
  '/',
  '/p/acme/',
  '/api/v1/',
  '/p/acme/api/v1/',
  '/console/',
  '/incidents/',
  '/_astro/',
  '/hosts/',
  '/p/',
];
const TARGETS = [
  'secret.key',
  'daymark.db',
  'published/acme.json',
  'outbox',
  'etc/passwd',
  'p/charlie/index.html',
  'api/v1/pages',
];
const DEPTHS = [1, 3, 9];
/** The shapes that the contract names (section 2): refused without being looked at. */
const REFUSED = /\\|%5c|%2f|%00|^\/\/|(^|\/)(\.|%2e){1,2}(\/|$)/i;

export const pathsAttack: Attack = {
  name: 'paths',
  title: 'paths and hosts with two meanings',
  async run({ short }) {
    const tenants = await startTenants();
    try {
      const attack = new Paths(tenants);
      await attack.climb(short ? 61 : 1);
      await attack.hosts();
      await attack.forwarded();
      attack.found.note = `${attack.refused} refused with 400, no file or answer of another place`;
      return attack.found;
    } finally {
      await tenants.stop();
    }
  },
};

class Paths {
  readonly found = new Findings();
  refused = 0;
  readonly #tenants: Tenants;
  /** What must never come out. */
  readonly #secrets: string[];

  constructor(tenants: Tenants) {
    this.#tenants = tenants;
    const secret = readFileSync(join(tenants.daymark.dataDir, 'secret.key'), 'utf8').trim();
    this.#secrets = [secret, 'SQLite format', 'root:x:0', tenants.charlie.key, tenants.acme.key];
  }

  async climb(step: number): Promise<void> {
    const paths = BASES.flatMap((base) =>
      DOTS.flatMap((dots) =>
        SLASHES.flatMap((slash) =>
          DEPTHS.flatMap((depth) => TARGETS.map((target) => base + (dots + slash).repeat(depth) + target)),
        ),
      ),
    ).filter((_path, n) => n % step === 0);
    await inLanes(paths, async (path) => {
      // To the default page, charlie's is another tenant's; what it publishes is public, but not below this address.
      const answer = await ask(this.#tenants.daymark.url, `GET ${Buffer.from(path).toString('latin1')}`);
      const what = () => `GET ${path} → ${answer.status} ${answer.text.slice(0, 120)}`;
      if (answer.status === 400) this.refused++;
      this.found.expect(answer.status < 500 && !this.#tells(answer), what);
      if (REFUSED.test(path)) this.found.expect(answer.status === 400, what);
      else this.found.expect(answer.status !== 200 || !path.endsWith('api/v1/pages'), what);
    });
  }

  #tells({ text, headers }: RawAnswer): boolean {
    const all = text + JSON.stringify(headers);
    return this.#secrets.some((secret) => all.includes(secret));
  }

  /** Hosts as they may come: each gets the default page or a refusal, and is not repeated. */
  async hosts(): Promise<void> {
    const { daymark, acme, charlie } = this.#tenants;
    const domain = 'status.charlie.example';
    await daymark.api(
      'PATCH',
      `/api/v1/pages/${charlie.slug}`,
      { domain },
      { authorization: `Bearer ${charlie.key}` },
    );
    await runCli(['domains', 'allow', domain], { DATA_DIR: daymark.dataDir });
    const at = (host: string, path: string, headers: string[] = []) =>
      ask(daymark.url, `GET ${path}`, [`Host: ${host}`, ...headers]);
    await until(async () => (await at(domain, '/')).text.includes(charlie.marker), 'the domain routes');
    const key = `Authorization: Bearer ${charlie.key}`;
    for (const host of [domain, `${domain}:80`, `${domain}.`, domain.toUpperCase(), `${domain}.:1`]) {
      const page = await at(host, '/');
      this.found.expect(
        page.text.includes(charlie.marker),
        () => `Host ${host} is not its page: ${page.status}`,
      );
      for (const path of [
        '/api/v1/pages',
        '/console/',
        '/console/sign-in/',
        '/p/acme/',
        '/p/charlie/',
        '/api/v1/session',
        '/%61pi/v1/pages',
        '/api/v1/pages/',
      ])
        this.found.expect(
          [404, 308, 401].includes((await at(host, path, [key])).status),
          () => `Host ${host}, ${path} is there`,
        );
    }
    const strangers = [
      ...[
        'evil.example',
        `evil.example#${domain}`,
        `${domain}@evil.example`,
        `evil.example@${domain}`,
        `x:y@${domain}`,
        `${domain}/..`,
      ],
      ...[
        `${domain}%00.evil.example`,
        `${domain}:80:80`,
        `${domain}:x`,
        `${domain}..`,
        `.${domain}`,
        `x${domain}`,
        '../p/charlie',
        '_default',
        '%2e%2e',
      ],
      ...[
        '*',
        '[::1]',
        '[::ffff:127.0.0.1]',
        '0',
        '127.1',
        'evil.example:99999',
        `"><script>evil`,
        `${domain}, evil.example`,
        `${domain} evil`,
        '__proto__',
        'constructor',
      ],
    ];
    for (const host of strangers) {
      const [page, missing] = [await at(host, '/', ['Accept: text/html']), await at(host, '/nothing')];
      for (const answer of [page, missing]) {
        const all = answer.text + JSON.stringify(answer.headers);
        this.found.expect(
          answer.status < 500 && !all.includes('evil'),
          () => `Host ${host} → ${answer.status} ${all.slice(0, 200)}`,
        );
      }
      this.found.expect(
        page.status === 400 || page.text.includes(acme.marker),
        () => `Host ${host} → ${page.status}, not the default page`,
      );
    }
    for (const target of [
      `http://${domain}/api/v1/status`,
      `HTTP://${domain}:80/api/v1/status`,
      `http://x@${domain}/api/v1/status`,
      `http://evil.example/api/v1/pages`,
      `https://${domain}/../p/acme/`,
      'ftp://x/',
      '*',
      '',
      '?',
      '#',
      `//${domain}/`,
      `http:${domain}`,
      `http:///api/v1/pages`,
    ]) {
      const answer = await at('evil.example', target);
      this.found.expect(
        answer.status < 500 && !this.#tells(answer) && !answer.text.includes('evil'),
        () => `target ${target} → ${answer.status} ${answer.text.slice(0, 200)}`,
      );
    }
  }

  /** What strangers say of where they come from, or of what they really want, changes nothing. */
  async forwarded(): Promise<void> {
    const { daymark } = this.#tenants;
    const said = [
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: evil',
      'X-Forwarded-For: 127.0.0.1',
      'Forwarded: host=evil.example;proto=https',
      'X-Original-URL: /api/v1/pages',
      'X-Rewrite-URL: /secret.key',
      'X-Forwarded-Prefix: /evil',
      'X-HTTP-Method-Override: DELETE',
      'X-Forwarded-Server: evil',
      'X-Host: evil.example',
      'X-Real-IP: ::1',
      'Referer: http://evil.example/',
      'Origin: http://evil.example',
    ];
    for (const path of [
      '/',
      '/history',
      '/api/v1/status',
      '/api/v1/components?page=1',
      '/api/openapi.json',
      '/console/',
      '/console',
      '/nothing',
      '/api/v1/rss',
      '/subscribe/',
    ]) {
      const host = `Host: ${new URL(daymark.url).host}`;
      const plain = await ask(daymark.url, `GET ${path}`, [host]);
      for (const header of said) {
        const answer = await ask(daymark.url, `GET ${path}`, [host, header]);
        const same =
          answer.status === plain.status &&
          answer.text === plain.text &&
          answer.headers.location === plain.headers.location;
        this.found.expect(
          same,
          () => `${path} differs with ${header}: ${answer.status} ${answer.text.slice(0, 200)}`,
        );
      }
    }
  }
}

async function inLanes<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < all.length; n = next++) await work(all[n]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
