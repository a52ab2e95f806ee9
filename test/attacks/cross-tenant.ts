/** Ids of another organization, wherever an id may stand: in paths, bodies, queries, tokens and pages of the console. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Operation } from '../fixtures/operations.ts';
import { LIVE_ID, valid } from '../fuzz/values.ts';
import { ROOT } from '../server/daymark.ts';
import type { Answer } from '../server/http.ts';
import { type Attack, Findings } from './attack.ts';
import { differenceOf, pathOf, startTenants, type Tenant, type Tenants } from './tenants.ts';

/** Bodies tried for each operation. */
const BODIES = 60;
/** Not there, taken, or beyond what a key may grant whatever the ids are. */
const REFUSED = [422, 409, 403];
const KIND: Record<string, string> = { page: 'pages', group: 'groups', component: 'components' };

export const crossTenantAttack: Attack = {
  name: 'tenants',
  title: "another organization's ids everywhere",
  async run({ seed, short }) {
    const tenants = await startTenants();
    try {
      const attack = new CrossTenant(tenants, seed, short ? BODIES / 6 : BODIES);
      await attack.run();
      return attack.found;
    } finally {
      await tenants.stop();
    }
  },
};

class CrossTenant {
  readonly found = new Findings();
  readonly tenants: Tenants;
  readonly seed: number;
  readonly bodies: number;

  constructor(tenants: Tenants, seed: number, bodies: number) {
    this.tenants = tenants;
    this.seed = seed;
    this.bodies = bodies;
  }

  async run(): Promise<void> {
    const { operations, acme, charlie, contents } = this.tenants;
    const before = await contents();
    let placed = 0;
    for (const operation of operations.filter(({ scope }) => scope !== null)) {
      for (const body of this.#bodiesOf(operation)) {
        await this.#paths(operation, body);
        if (body.search(LIVE_ID) >= 0) placed += await this.#ids(operation, body);
      }
      await this.#queries(operation);
      const after = await contents();
      this.found.expect(
        after === before,
        () => `${nameOf(operation)} changed something:\n${differenceOf(before, after)}`,
      );
    }
    await this.#tokens();
    const pages = await this.#console(charlie, acme);
    const after = await contents();
    this.found.expect(after === before, () => `something has changed:\n${differenceOf(before, after)}`);
    this.found.note = `${placed} bodies with foreign ids, ${pages} pages of the console; nothing told, nothing changed`;
  }

  /** Valid bodies, in which ids are placeholders. */
  #bodiesOf({ body, takesCsv }: Operation): string[] {
    if (takesCsv) return ['email,components\nx@example.com,\n'];
    if (!body) return [''];
    const { document } = this.tenants;
    const some = fc.sample(valid(body, document), { numRuns: this.bodies, seed: this.seed });
    return [...new Set(some.map((one) => JSON.stringify(one)))];
  }

  /** Every id of the path in turn is the other's, with all that could be ours being ours. */
  async #paths(operation: Operation, body: string): Promise<void> {
    const { acme, charlie } = this.tenants;
    const names = [...operation.path.matchAll(/\/([\w-]+)\/\{\w+\}/g)].map(([, list]) => list!);
    const isUpdate = operation.path.includes('{update}');
    for (let n = 0; n < names.length; n++) {
      const list = n === 2 && isUpdate ? `updates of ${names[1]}` : names[n]!;
      const mixed = { ...acme.ids, [list]: charlie.ids[list]! };
      const own = this.#fill(body, acme, acme, 0);
      await this.#refused(operation, pathOf(operation, mixed), own, [404]);
      if (list === 'pages') {
        await this.#refused(
          operation,
          pathOf(operation, charlie.ids),
          this.#fill(body, charlie, charlie, 0),
          [404],
        );
        await this.#refused(operation, pathOf(operation, { ...acme.ids, pages: charlie.slug }), own, [404]);
      }
      await this.#refused(
        operation,
        pathOf(operation, { ...mixed, [list]: charlie.ids[list]!.toUpperCase() }),
        own,
        [404],
      );
    }
  }

  /** One id of the body is the other's, then all of them. @returns how many bodies that were */
  async #ids(operation: Operation, body: string): Promise<number> {
    const { acme, charlie } = this.tenants;
    const places = [...body.matchAll(LIVE_ID)].length;
    // What deletes or is not there has no body that could be refused; what is there would be changed, but for the id.
    for (let place = 1; place <= Math.min(places, 3); place++)
      await this.#refused(
        operation,
        pathOf(operation, acme.ids),
        this.#fill(body, acme, charlie, place),
        REFUSED,
      );
    await this.#refused(
      operation,
      pathOf(operation, acme.ids),
      this.#fill(body, charlie, charlie, 0),
      REFUSED,
    );
    return Math.min(places, 3) + 1;
  }

  #fill(body: string, most: Tenant, one: Tenant, place: number): string {
    let n = 0;
    return body.replace(LIVE_ID, (_all, kind: string) => (++n === place ? one : most).ids[KIND[kind]!]!);
  }

  async #queries(operation: Operation): Promise<void> {
    if (operation.method !== 'GET') return;
    const { acme, charlie } = this.tenants;
    for (const { name } of operation.parameters.filter((one) => one.in === 'query')) {
      for (const value of [
        ...Object.values(charlie.ids),
        `key:${charlie.ids['api-keys']}`,
        charlie.slug,
        charlie.marker,
      ]) {
        const path = `${pathOf(operation, acme.ids)}?${name}=${encodeURIComponent(value)}`;
        const answer = await this.tenants.as(acme.key, 'GET', path);
        this.#tellsNothing(answer, path, value);
        this.found.expect(answer.status < 500, () => `GET ${path} → ${answer.status}`);
      }
    }
  }

  async #refused(operation: Operation, path: string, body: string, statuses: number[]): Promise<void> {
    const { daymark, acme } = this.tenants;
    const type = operation.takesCsv ? 'text/csv' : 'application/json';
    const answer = await daymark.api(operation.method, path, body === '' ? undefined : body, {
      authorization: `Bearer ${acme.key}`,
      'content-type': type,
    });
    this.found.expect(
      statuses.includes(answer.status),
      () =>
        `${operation.method} ${path} ${body.slice(0, 300)} → ${answer.status} ${answer.text.slice(0, 200)}`,
    );
    this.#tellsNothing(answer, `${operation.method} ${path}`, `${path} ${body}`);
  }

  /** No text of the other one, and no id of theirs that was not in the question. */
  #tellsNothing({ text }: Answer, what: string, asked: string): void {
    const { charlie } = this.tenants;
    const lower = text.toLowerCase();
    if (lower.includes(charlie.marker.toLowerCase()) && !asked.includes(charlie.marker))
      this.found.breaches.push(`${what} tells ${text.slice(0, 300)}`);
    for (const id of Object.values(charlie.ids))
      if (lower.includes(id) && !asked.toLowerCase().includes(id))
        this.found.breaches.push(`${what} tells the id ${id}`);
  }

  /** What a subscriber sees and chooses is their page's alone. Leaving, by contrast, works anywhere. */
  async #tokens(): Promise<void> {
    const { daymark, acme, charlie } = this.tenants;
    for (const [method, path, body] of [
      ['GET', 'me'],
      ['PATCH', 'me', { component_ids: [acme.ids.components] }],
    ] as const) {
      const target = `/p/${acme.slug}/api/v1/subscribers/${path}?token=${charlie.subscriberToken}`;
      const answer = await daymark.api(method, target, body, { authorization: '' });
      this.found.expect(
        [400, 401, 404].includes(answer.status),
        () => `${method} ${target} → ${answer.status} ${answer.text.slice(0, 200)}`,
      );
      this.#tellsNothing(answer, `${method} ${target}`, target);
    }
    const own = `/p/${acme.slug}/api/v1/subscribers`;
    for (const [method, path] of [
      ['PATCH', `/me?token=${acme.subscriberToken}`],
      ['POST', ''],
    ] as const) {
      const body = {
        ...(method === 'POST' ? { email: 'x@example.com' } : {}),
        component_ids: [charlie.ids.components],
      };
      const answer = await daymark.api(method, own + path, body, { authorization: '' });
      this.found.expect(
        answer.status === 422,
        () => `${method} ${path} with a foreign component → ${answer.status}`,
      );
    }
  }

  /** Every page of the console that names a page, as its neighbour sees it and sends its forms. @returns how many */
  async #console(theirs: Tenant, mine: Tenant): Promise<number> {
    const root = join(ROOT, 'src/pages/console/pages/[page]');
    const files = globSync('**/*.{astro,ts}', { cwd: root });
    for (const file of files) {
      const path = `/console/pages/{page}/${file.replace(/(index)?\.(astro|ts)$/, '')}/`.replace(/\/+$/, '/');
      const list = /\/([\w-]+)\/\[id\]/.exec(path)?.[1] ?? '';
      for (const page of [theirs.slug, theirs.ids.pages!, mine.slug]) {
        // On a page of one's own, what is not below it is the other's.
        if (page === mine.slug && list === '') continue;
        const address = path
          .replace('{page}', page)
          .replace('[id]', theirs.ids[list] ?? '')
          .replace('[update]', theirs.ids[`updates of ${list}`] ?? '');
        const seen = await mine.owner.get(address);
        this.found.expect(
          [404, 405].includes(seen.status),
          () => `GET ${address} → ${seen.status} ${seen.headers.location ?? ''}`,
        );
        this.#tellsNothing(seen, `GET ${address}`, address);
        for (const action of ['delete', 'save', 'update', 'resolve', '']) {
          const sent = await mine.owner.post(address, {
            do: action,
            slug: theirs.slug,
            name: 'x',
            status: 'resolved',
            body: 'x',
          });
          this.found.expect(
            [404, 405].includes(sent.status),
            () => `POST ${address} do=${action} → ${sent.status} ${sent.headers.location ?? ''}`,
          );
          this.#tellsNothing(sent, `POST ${address}`, `${address} ${theirs.slug}`);
        }
      }
    }
    return files.length;
  }
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
