import type { Answer } from '../server/http.ts';
import type { Account } from './account.ts';
import type { Change } from './changes.ts';
import { asBody, asDescription, asName, asPlace, plannedAhead } from './limits.ts';

export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

type Created = Extract<Change, { type: 'incident.created' | 'maintenance.created' }>;

/**
 * Sends the changes of a source through the management API and keeps the account of them. The source's ids become
 * ours. What lies in the past there happens now here: incidents and windows are driven by their updates alone, and
 * windows are planned ahead with the length that they had.
 */
export class Drive {
  readonly account: Account;
  /** Changes that say nothing to us, with the reason and how often. */
  readonly skipped = new Map<string, number>();
  readonly #call: Call;
  readonly #page: string;
  readonly #ids = new Map<string, string>();
  /** Incidents and windows come with their first update. */
  readonly #announced = new Map<string, Created>();

  /** `page` is the management path of the page: `/api/v1/pages/{slug}`. */
  constructor(call: Call, page: string, account: Account) {
    this.#call = call;
    this.#page = page;
    this.account = account;
  }

  /** Sends one change. Throws with the answer when the server refuses it. */
  async apply(change: Change): Promise<void> {
    switch (change.type) {
      case 'group.created':
      case 'group.edited':
      case 'group.removed':
        return this.#group(change);
      case 'component.created':
      case 'component.edited':
        return this.#component(change);
      case 'component.removed':
        return this.#removeComponent(change);
      case 'component.status':
        return this.#status(change);
      case 'incident.created':
      case 'maintenance.created':
        this.#announced.set(change.id, change);
        return;
      case 'incident.update':
        return this.#incidentUpdate(change);
      case 'maintenance.update':
        return this.#windowUpdate(change);
      default:
        this.#skip(`unknown change ${(change as { type: string }).type}`);
    }
  }

  async #group(change: Extract<Change, { type: `group.${string}` }>): Promise<void> {
    const { account } = this;
    if (change.type === 'group.created') {
      const place = asPlace(change.position, account.order.lengthOf(null) + 1);
      const name = asName(change.name);
      const id = await this.#create('groups', { name, position: place });
      this.#ids.set(change.id, id);
      return account.addGroup(id, name, place);
    }
    const id = this.#ids.get(change.id);
    if (id === undefined) return this.#skip(`${change.type} of an unknown group`);
    if (change.type === 'group.removed') {
      account.removeGroup(id);
      this.#ids.delete(change.id);
      return this.#send('DELETE', `groups/${id}`);
    }
    const body: Record<string, unknown> = {};
    if (change.name !== undefined) {
      body.name = asName(change.name);
      account.renameGroup(id, asName(change.name));
    }
    if (change.position !== undefined) {
      body.position = asPlace(change.position, account.order.lengthOf(null));
      account.order.moveGroup(id, asPlace(change.position, account.order.lengthOf(null)));
    }
    await this.#send('PATCH', `groups/${id}`, body);
  }

  async #component(
    change: Extract<Change, { type: 'component.created' | 'component.edited' }>,
  ): Promise<void> {
    const { account } = this;
    if (change.type === 'component.created') {
      const group = change.group_id === null ? null : (this.#ids.get(change.group_id) ?? null);
      const place = asPlace(change.position, account.order.lengthOf(group) + 1);
      const description = asDescription(change.description);
      const body = {
        name: asName(change.name),
        description: description || null,
        status: change.status,
        group_id: group,
      };
      const answer = await this.#post('components', {
        ...body,
        position: account.order.positionAt(group, place),
      });
      const made = answer.body as { id: string; code: string };
      this.#ids.set(change.id, made.id);
      const component = { name: body.name, code: made.code, description, set: change.status };
      account.addComponent(made.id, component, group, place);
      return this.#straightenEmptyGroups(made.id);
    }
    const id = this.#ids.get(change.id);
    if (id === undefined) return this.#skip('component.edited of an unknown component');
    const body: Record<string, unknown> = {};
    if (change.name !== undefined) {
      body.name = asName(change.name);
      account.editComponent(id, { name: asName(change.name) });
    }
    if (change.description !== undefined) {
      const description = asDescription(change.description);
      body.description = description || null;
      account.editComponent(id, { description });
    }
    if (change.position !== undefined || change.group_id !== undefined) {
      const before = account.order.groupOf(id);
      const group =
        change.group_id === undefined
          ? before
          : change.group_id === null
            ? null
            : (this.#ids.get(change.group_id) ?? null);
      const length = account.order.lengthOf(group) + (group === before ? 0 : 1);
      account.moveComponent(id, group, asPlace(change.position, length));
      if (group !== before) body.group_id = group;
      body.position = account.order.flat().indexOf(id) + 1;
    }
    await this.#send('PATCH', `components/${id}`, body);
    if ('position' in body) await this.#straightenEmptyGroups(id);
  }

  /** A place in the flat list does not say on which side of an empty group it is: the groups' own places do. */
  async #straightenEmptyGroups(id: string): Promise<void> {
    for (const group of this.account.order.emptyNeighbours(id)) {
      await this.#send('PATCH', `groups/${group.id}`, { position: group.place });
    }
  }

  async #removeComponent(change: { id: string }): Promise<void> {
    const id = this.#ids.get(change.id);
    if (id === undefined) return this.#skip('component.removed of an unknown component');
    this.#ids.delete(change.id);
    this.account.removeComponent(id);
    await this.#send('DELETE', `components/${id}`);
  }

  async #status(change: { id: string; to: string }): Promise<void> {
    const id = this.#ids.get(change.id);
    if (id === undefined) return this.#skip('component.status of an unknown component');
    this.account.setStatus(id, change.to);
    await this.#send('PATCH', `components/${id}`, { status: change.to });
  }

  async #incidentUpdate(change: Extract<Change, { type: 'incident.update' }>): Promise<void> {
    const { account } = this;
    const says = new Map<string, string>();
    for (const { id, to } of change.affected ?? []) {
      const ours = this.#ids.get(id);
      if (ours !== undefined && account.knows(ours)) says.set(ours, to);
    }
    const components = [...says].map(([id, status]) => ({ id, status }));
    const body = { status: change.status, body: asBody(change.body), components };
    const announced = this.#announced.get(change.id);
    if (announced?.type === 'incident.created') {
      this.#announced.delete(change.id);
      const title = asName(announced.name);
      const impact = announced.impact === null ? {} : { impact: announced.impact };
      const id = await this.#create('incidents', { title, ...impact, ...body });
      this.#ids.set(change.id, id);
      account.openIncident(id, title);
      return account.postUpdate(id, change.status, components);
    }
    const id = this.#ids.get(change.id);
    if (id === undefined) return this.#skip('incident.update of an unknown incident');
    account.postUpdate(id, change.status, components);
    await this.#post(`incidents/${id}/updates`, body);
  }

  async #windowUpdate(change: Extract<Change, { type: 'maintenance.update' }>): Promise<void> {
    const body = asBody(change.body);
    const announced = this.#announced.get(change.id);
    const known = this.#ids.get(change.id);
    if (announced?.type !== 'maintenance.created')
      return this.#skip('maintenance.update of an unknown window');
    if (known === undefined) {
      const id = await this.#planWindow(announced, body);
      return change.status === 'scheduled' ? undefined : this.#moveWindow(id, change.status, body);
    }
    if (change.status !== 'scheduled' || !this.account.hasBegun(known)) {
      return this.#moveWindow(known, change.status, body);
    }
    // The source put off what had begun: here that window is over, and another one is planned.
    await this.#moveWindow(known, 'completed', body);
    await this.#planWindow(announced, body);
  }

  async #planWindow(
    announced: Extract<Created, { type: 'maintenance.created' }>,
    body: string,
  ): Promise<string> {
    const named = [...new Set(announced.components)].map((id) => this.#ids.get(id));
    const component_ids = named.filter((id) => id !== undefined);
    const plan = { component_ids, auto_start: false, auto_complete: false, ...plannedAhead(announced) };
    const id = await this.#create('maintenance', { title: asName(announced.name), body, ...plan });
    this.#ids.set(announced.id, id);
    this.account.planWindow(id, component_ids);
    return id;
  }

  async #moveWindow(id: string, status: string, body: string): Promise<void> {
    this.account.updateWindow(id, status);
    await this.#post(`maintenance/${id}/updates`, { status, body });
  }

  async #create(path: string, body: unknown): Promise<string> {
    return ((await this.#post(path, body)).body as { id: string }).id;
  }

  #post(path: string, body: unknown): Promise<Answer> {
    return this.#call('POST', `${this.#page}/${path}`, body);
  }

  async #send(method: string, path: string, body?: unknown): Promise<void> {
    await this.#call(method, `${this.#page}/${path}`, body);
  }

  #skip(reason: string): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }
}
