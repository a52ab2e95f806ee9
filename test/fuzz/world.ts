/** What there is on the server that is shot at: ids to name, and rows that a refusal must not touch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecrets } from '../../src/auth/secrets.ts';
import { newId } from '../../src/domain/ids.ts';
import { subscriberToken } from '../../src/domain/subscriber-token.ts';
import { type BehindItsBack, behindItsBack } from '../fixtures/behind-its-back.ts';
import type { Daymark } from '../server/daymark.ts';

const LISTS: Record<string, object> = {
  components: { name: 'Component' },
  groups: { name: 'Group' },
  incidents: { title: 'Incident', body: 'x' },
  maintenance: { title: 'W', body: 'x', starts_at: '2090-01-01T00:00:00Z', ends_at: '2090-01-02T00:00:00Z' },
  templates: { name: 'Template', title: 'x', body: 'x' },
  // Refused before it is dialled.
  webhooks: { url: 'http://127.0.0.1:9/' },
};
const KEPT = 30;

/** Tables that only requests write to, with a number that rises or falls with what is in them. */
const ROWS = `select json_array(
  (select count(*) from pages), (select sum(revision) from pages), (select sum(updated_at) from pages),
  (select count(*) from groups), (select count(*) from components), (select count(*) from incidents),
  (select count(*) from incident_updates), (select count(*) from maintenance_windows),
  (select count(*) from maintenance_updates), (select count(*) from templates), (select count(*) from webhooks),
  (select sum(updated_at) from webhooks), (select count(*) from api_keys),
  (select count(*) from api_keys where revoked_at is null), (select count(*) from outbox),
  (select count(*) from subscribers), (select sum(updated_at) from subscribers), (select count(*) from sign_ups),
  (select count(*) from subscriber_components), (select count(*) from erasures), (select count(*) from letters),
  (select count(*) from idempotent_answers), (select count(*) from resting_slugs),
  (select count(*) from audit_events where actor <> 'schedule')) as state`;

export class World {
  /** Live ids by the name of their list; updates by `incidents` or `maintenance` and their parent's id. */
  readonly ids = new Map<string, string[]>();
  readonly updates = new Map<string, string[]>();
  readonly #database: BehindItsBack;

  readonly #daymark: Daymark;
  #people = 0;
  /** The page that is never deleted; by its id, since its slug may change. */
  readonly pageId: string;

  private constructor(daymark: Daymark, pageId: string) {
    this.#daymark = daymark;
    this.pageId = pageId;
    this.#database = behindItsBack(daymark);
  }

  static async make(daymark: Daymark, name = 'Fuzz'): Promise<World> {
    const page = await daymark.api('POST', '/api/v1/pages', { name });
    const world = new World(daymark, (page.body as { id: string }).id);
    world.ids.set('pages', [world.pageId]);
    await world.fill();
    return world;
  }

  /** Makes what has run out. */
  async fill(): Promise<void> {
    for (const [list, body] of Object.entries(LISTS)) {
      while (this.of(list).length < 2) {
        const path = `/api/v1/pages/${this.pageId}/${list}`;
        const { body: made } = await this.#daymark.api('POST', path, body);
        this.learn('POST', path, made);
      }
    }
    while (this.of('subscribers').length < 2) {
      const path = `/api/v1/pages/${this.pageId}/subscribers`;
      const body = { email: `fuzz-${++this.#people}@example.com` };
      this.learn('POST', path, (await this.#daymark.api('POST', path, body)).body);
    }
    while (this.of('members').length < 2) await this.#addMember();
    while (this.of('api-keys').length < 2) {
      const body = { name: 'x', scopes: ['pages:read'] };
      const { body: made } = await this.#daymark.api('POST', '/api/v1/api-keys', body);
      this.learn('POST', '/api/v1/api-keys', made);
    }
  }

  /** Somebody who accepted an invitation: that takes a mail, which nobody reads here. */
  async #addMember(): Promise<void> {
    const id = newId();
    const email = `member-${id}@example.com`;
    await this.#database.execute(
      `insert into users (id, organization_id, email, email_key, password_hash, role, created_at, updated_at)
        select ?, organization_id, ?, ?, '-', 'viewer', 0, 0 from pages where id = ?`,
      ...[id, email, email, this.pageId],
    );
    this.learn('POST', '/api/v1/members', { id });
  }

  of(list: string): string[] {
    return this.ids.get(list) ?? [];
  }

  /** The token that a mail to this subscriber would hold. */
  tokenOf(subscriberId: string): string {
    const secret = readFileSync(join(this.#daymark.dataDir, 'secret.key'), 'utf8').trim();
    return subscriberToken(createSecrets(secret), subscriberId);
  }

  /** Takes note of what an answered write has made or deleted. */
  learn(method: string, path: string, body: unknown): void {
    const parts = path.split('?')[0]!.split('/');
    if (method === 'DELETE') {
      for (const ids of [...this.ids.values(), ...this.updates.values()]) {
        const at = ids.indexOf(parts.at(-1)!.toLowerCase());
        if (at >= 0) ids.splice(at, 1);
      }
      return;
    }
    const id = (body as { id?: unknown } | undefined)?.id;
    if (method !== 'POST' || typeof id !== 'string') return;
    const list = parts.at(-1)!;
    const onPage = parts[4] === undefined || parts[4] === this.pageId;
    if (!onPage) return;
    const [map, name] = list === 'updates' ? [this.updates, parts.at(-2)!] : [this.ids, list];
    map.set(name, [...(map.get(name) ?? []), id].slice(-KEPT));
  }

  /** What is in the database, as a text that is equal only when nothing was made, changed or deleted. */
  async state(): Promise<string> {
    const { rows } = await this.#database.read(ROWS);
    return String(rows[0]!.state);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
