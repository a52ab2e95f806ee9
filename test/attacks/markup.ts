/** Every text of the API holds what other languages take for markup; then all that comes of it is read with real parsers. */
import { globSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import ICAL from 'ical.js';
import { simpleParser } from 'mailparser';
import { OWNER_ENV, signedIn, type Visitor } from '../server/console.ts';
import { type Daymark, ROOT, startDaymark } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';
import { type Attack, Findings } from './attack.ts';
import { type Inspected, type Inspector, openInspector, strangersIn } from './inspect.ts';
import { HOSTILE_LINES, hostileText } from './markup-strings.ts';

const HARMLESS = 'Harmless';
const WINDOW = { starts_at: '2090-01-01T00:00:00Z', ends_at: '2090-01-02T00:00:00Z' };

interface Told {
  complete: boolean;
  email: { pending: number };
}

interface Filled {
  slug: string;
  line: string;
  /** By the name of their list. */
  ids: Record<string, string>;
}

export const markupAttack: Attack = {
  name: 'markup',
  title: 'markup in every text',
  async run({ short }) {
    const daymark = await startDaymark({ env: { DNS_SERVERS: '127.0.0.1:9', ...OWNER_ENV } });
    const inspector = await openInspector();
    try {
      const attack = new Markup(daymark, inspector, await signedIn(daymark));
      await attack.run(HOSTILE_LINES.filter((_line, n) => !short || n % 13 === 0));
      return attack.found;
    } finally {
      await inspector.close();
      await daymark.stop();
    }
  },
};

class Markup {
  readonly found = new Findings();
  readonly #daymark: Daymark;
  readonly #inspector: Inspector;
  readonly #owner: Visitor;
  readonly #documents = new Map<string, Inspected>();
  readonly #kinds: Record<string, number> = {};

  constructor(daymark: Daymark, inspector: Inspector, owner: Visitor) {
    this.#daymark = daymark;
    this.#inspector = inspector;
    this.#owner = owner;
  }

  async run(lines: readonly string[]): Promise<void> {
    const control = await this.#inspector.inspect('<p title="<x7"><img src=x onerror=x7()>', 'text/html');
    this.found.expect(control.faults.length === 1, () => 'the parsers do not see what they should');
    // All pages first: the console names them all on each of its pages.
    const harmless = await this.#fill('harmless', HARMLESS, HARMLESS);
    const hostile: Filled[] = [];
    for (const [n, line] of lines.entries())
      hostile.push(await this.#fill(`h-${n}`, line, hostileText(line)));
    await this.#look(harmless, true);
    for (const one of hostile) await this.#look(one, false);
    await this.#mails(['harmless', ...lines.map((_line, n) => `h-${n}`)]);
    const kinds = Object.entries(this.#kinds).map(([kind, count]) => `${count} ${kind}`);
    this.found.note = `${lines.length} texts in every field; read: ${kinds.join(', ')}`;
  }

  /** A page of which every text is this one. */
  async #fill(slug: string, line: string, text: string): Promise<Filled> {
    const ids: Record<string, string> = {};
    const post = async (list: string, path: string, body: object) => {
      const {
        status,
        body: made,
        text: answer,
      } = await this.#daymark.api('POST', path, body, { prefer: 'wait=10' });
      this.found.tries++;
      if (status !== 201) throw new Error(`POST ${path} with ${JSON.stringify(body)} → ${status} ${answer}`);
      ids[list] = (made as { id: string }).id;
    };
    await post('pages', '/api/v1/pages', {
      slug,
      name: line,
      description: text.slice(0, 2_000),
      languages: ['en', 'de'],
    });
    const below = `/api/v1/pages/${slug}`;
    await post('subscribers', `${below}/subscribers`, { email: `reader-of-${slug}@example.com` });
    await post('groups', `${below}/groups`, { name: line });
    await post('components', `${below}/components`, {
      name: line,
      description: text.slice(0, 2_000),
      group_id: ids.groups,
    });
    const components = [{ id: ids.components!, status: 'partial_outage' }];
    await post('incidents', `${below}/incidents`, { title: line, body: text, components });
    await post('updates of incidents', `${below}/incidents/${ids.incidents}/updates`, {
      status: 'identified',
      body: text,
    });
    await this.#daymark.api('PUT', `${below}/incidents/${ids.incidents}/postmortem`, { body: text });
    const past = {
      started_at: '2026-01-02T00:00:00Z',
      resolved_at: '2026-01-02T01:00:00Z',
      status: 'resolved',
    };
    await post('past', `${below}/incidents`, { title: line, body: text, components, ...past });
    await post('maintenance', `${below}/maintenance`, {
      title: line,
      body: text,
      ...WINDOW,
      component_ids: [ids.components],
    });
    await post('updates of maintenance', `${below}/maintenance/${ids.maintenance}/updates`, {
      status: 'scheduled',
      body: text,
    });
    await post('templates', `${below}/templates`, { name: line, title: line, body: text });
    await post('webhooks', `${below}/webhooks`, { url: `http://127.0.0.1:9/${encodeURIComponent(line)}` });
    await post('api-keys', '/api/v1/api-keys', { name: line, scopes: ['pages:read'] });
    await until(
      async () =>
        ((await this.#daymark.api('GET', '/readyz')).body as { pages_behind?: number }).pages_behind === 0,
      'all is published',
    );
    return { slug, line, ids };
  }

  /** Reads everything that there is of a page; of the harmless one, to compare the others with. */
  async #look(page: Filled, isHarmless: boolean): Promise<void> {
    const root = join(this.#daymark.dataDir, 'site/p', page.slug);
    const general = (path: string) =>
      Object.entries(page.ids).reduce(
        (all, [list, id]) => all.replaceAll(id, `{${list}}`),
        path.replaceAll(page.slug, '{page}'),
      );
    for (const path of globSync('**/*', { cwd: root, withFileTypes: true })) {
      if (!path.isFile() || /\.(br|gz|png|webp|ico)$/.test(path.name)) continue;
      const full = join(path.parentPath, path.name);
      await this.#document(
        `file ${general(full.slice(root.length))}`,
        readFileSync(full, 'utf8'),
        path.name,
        isHarmless,
        page,
      );
    }
    for (const path of this.#console(page)) {
      const { status, text, headers } = await this.#owner.get(path);
      this.found.expect(status === 200, () => `GET ${path} → ${status} ${headers.location ?? ''}`);
      await this.#document(`console ${general(path)}`, text, 'x.html', isHarmless, page);
    }
    const { status, text } = await this.#daymark.api('GET', `/api/v1/pages/${page.slug}/subscribers/export`);
    this.found.expect(status === 200, () => `the export of subscribers → ${status} ${text}`);
    if (status === 200) await this.#document('csv of subscribers', text, 'x.csv', isHarmless, page);
  }

  #console({ slug, ids }: Filled): string[] {
    const root = join(ROOT, 'src/pages/console/pages/[page]');
    return globSync('**/*.astro', { cwd: root }).map((file) => {
      const list = /(\w+)\/\[id\]/.exec(file)?.[1] ?? '';
      return `/console/pages/${slug}/${file.replace(/(index)?\.astro$/, '')}/`
        .replace(/\/+$/, '/')
        .replace('[id]', ids[list] ?? '')
        .replace('[update]', ids[`updates of ${list}`] ?? '');
    });
  }

  async #document(
    name: string,
    text: string,
    file: string,
    isHarmless: boolean,
    { line }: Filled,
  ): Promise<void> {
    const kind = file.split('.').at(-1)!;
    this.#kinds[kind] = (this.#kinds[kind] ?? 0) + 1;
    const complain = (what: string) => `${name} with ${JSON.stringify(line)}: ${what}`;
    if (kind in PARSED) {
      const inspected = await this.#inspector.inspect(text, PARSED[kind]!);
      if (isHarmless) this.#documents.set(name, inspected);
      const control = this.#documents.get(name);
      const faults = control ? strangersIn(inspected, control) : inspected.faults;
      this.found.expect(faults.length === 0, () => complain(faults.slice(0, 3).join('; ')));
    } else {
      const reader = READERS[kind];
      const fault = reader ? reader(text) : 'nobody reads such files';
      this.found.expect(fault === null, () => complain(fault ?? ''));
    }
  }

  /** Letters to subscribers: one address, the headers that all have, and no script. */
  async #mails(slugs: readonly string[]): Promise<void> {
    const folder = join(this.#daymark.dataDir, 'outbox');
    const files = async () => (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
    for (const slug of slugs) {
      const told = async () =>
        (await this.#daymark.api('GET', `/api/v1/pages/${slug}/notifications`)).body as Told[];
      await until(
        async () => (await told()).every(({ complete, email }) => complete && email.pending === 0),
        'all are told',
        60_000,
      );
    }
    this.found.expect((await files()).length >= slugs.length, () => 'too few letters were written');
    const headerNames = new Set<string>();
    for (const name of await files()) {
      const raw = await readFile(join(folder, name));
      const mail = await simpleParser(raw);
      const to = [mail.to].flat().flatMap((one) => one?.value ?? []);
      const lines = mail.headerLines.map(({ key }) => key);
      for (const key of lines) headerNames.add(key);
      const fault =
        to.length !== 1 || !/^reader-of-[\w-]+@example\.com$/.test(to[0]?.address ?? '')
          ? `to ${JSON.stringify(to)}`
          : mail.cc || mail.bcc
            ? 'copies'
            : lines.some((key) => /bcc|x7/i.test(key))
              ? `headers ${lines.join()}`
              : new Set(lines).size !== lines.length
                ? `headers twice: ${lines.join()}`
                : /[\r\n\p{Cc}]/u.test(mail.subject ?? '')
                  ? `subject ${JSON.stringify(mail.subject)}`
                  : /evil|x7/.test(JSON.stringify(mail.from?.value.map(({ address }) => address)))
                    ? `from ${JSON.stringify(mail.from?.value)}`
                    : null;
      this.found.expect(fault === null, () => `a letter to ${to[0]?.address}: ${fault}`);
      const { faults, elements } = await this.#inspector.inspect(mail.html || '', 'text/html');
      const strange = [
        ...faults,
        ...Object.keys(elements).filter((one) =>
          /^(script|form|iframe|object|embed|base|svg|input|link)$/.test(one),
        ),
      ];
      this.found.expect(
        strange.length === 0,
        () => `the HTML of a letter to ${to[0]?.address}: ${strange.join('; ')}`,
      );
      this.#kinds.letters = (this.#kinds.letters ?? 0) + 1;
    }
    this.found.expect(headerNames.size < 30, () => `headers: ${[...headerNames].join()}`);
  }
}

/** Files that a browser's parsers read, by the ending of their name. */
const PARSED: Record<string, 'text/html' | 'application/xml'> = {
  html: 'text/html',
  ...{ xml: 'application/xml', svg: 'application/xml', rss: 'application/xml', atom: 'application/xml' },
};

/** What is wrong with a document that is no markup. */
const READERS: Record<string, (text: string) => string | null> = {
  json(text) {
    JSON.parse(text);
    // A browser that takes JSON for HTML is the reason for nosniff; what is embedded in HTML is read there.
    return null;
  },
  csv(text) {
    const rows: string[][] = parseCsv(text, { bom: true });
    const formula = rows.flat().find((cell) => /^[=+\-@\t\r]/.test(cell) && !/^-?[\d.]+$/.test(cell));
    if (formula !== undefined) return `the cell ${JSON.stringify(formula)} is a formula`;
    return rows.some((row) => row.length !== rows[0]!.length) ? 'rows of several lengths' : null;
  },
  ics(text) {
    const calendar = new ICAL.Component(ICAL.parse(text));
    const events = calendar.getAllSubcomponents('vevent');
    const names = [calendar, ...events].flatMap((one) => one.getAllProperties().map(({ name }) => name));
    if (names.some((name) => /x7|attach/i.test(name))) return `properties ${names.join()}`;
    if (/[^\r]\n|\r[^\n]/.test(text)) return 'a line that does not end in CR LF';
    return events.length > 1 ? `${events.length} events of one window` : null;
  },
  txt: (text) => (/[^\n\P{Cc}]/u.test(text) ? 'a control character' : null),
};
