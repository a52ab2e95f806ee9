import { Order } from './order.ts';

/**
 * An account of what a page must show, kept beside the server and from the contract alone (sections 5 and 7): nothing
 * here comes from the product's source. Ids and codes are those that the server answered with.
 */
const SEVERITY = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
];

interface Component {
  name: string;
  code: string;
  description: string;
  /** What was set on it by hand. */
  set: string;
}

interface Incident {
  title: string;
  status: string;
  /** What it says of each component that it ever named. */
  claims: Map<string, string>;
}

export interface PublicComponent {
  id: string;
  name: string;
  code: string;
  status: string;
  description: string;
  position: number;
  group: { id: string; name: string } | null;
}

export interface PublicStatus {
  status: string;
  indicators: Record<string, number>;
  active_incidents: number;
  scheduled_maintenance: number;
}

export class Account {
  readonly order = new Order();
  readonly #groupNames = new Map<string, string>();
  readonly #components = new Map<string, Component>();
  readonly #incidents = new Map<string, Incident>();
  readonly #windows = new Map<string, { status: string; components: Set<string> }>();

  get size(): number {
    return this.#components.size;
  }

  knows(component: string): boolean {
    return this.#components.has(component);
  }

  addGroup(id: string, name: string, place: number): void {
    this.#groupNames.set(id, name);
    this.order.addGroup(id, place);
  }

  renameGroup(id: string, name: string): void {
    this.#groupNames.set(id, name);
  }

  removeGroup(id: string): void {
    this.order.removeGroup(id);
    this.#groupNames.delete(id);
  }

  addComponent(id: string, component: Component, group: string | null, place: number): void {
    this.#components.set(id, { ...component });
    this.order.addComponent(id, group, place);
  }

  editComponent(id: string, change: { name?: string; description?: string }): void {
    Object.assign(this.#component(id), change);
  }

  moveComponent(id: string, group: string | null, place: number): void {
    this.order.removeComponent(id);
    this.order.addComponent(id, group, place);
  }

  removeComponent(id: string): void {
    this.order.removeComponent(id);
    this.#components.delete(id);
    for (const [, incident] of this.#open()) incident.claims.delete(id);
    for (const window of this.#windows.values()) window.components.delete(id);
  }

  setStatus(id: string, status: string): void {
    this.#component(id).set = status;
  }

  openIncident(id: string, title: string): void {
    this.#incidents.set(id, { title, status: 'investigating', claims: new Map() });
  }

  /** Named components change, others stay, and resolving takes everything back. */
  postUpdate(id: string, status: string, says: readonly { id: string; status: string }[]): void {
    const incident = this.#incidents.get(id);
    if (incident === undefined) throw new Error(`the account knows no incident ${id}`);
    incident.status = status;
    for (const claim of says) incident.claims.set(claim.id, claim.status);
    if (status !== 'resolved') return;
    for (const claimed of incident.claims.keys()) incident.claims.set(claimed, 'operational');
  }

  planWindow(id: string, components: readonly string[]): void {
    this.#windows.set(id, { status: 'scheduled', components: new Set(components) });
  }

  updateWindow(id: string, status: string): void {
    const window = this.#windows.get(id);
    if (window === undefined) throw new Error(`the account knows no window ${id}`);
    window.status = status;
  }

  hasBegun(window: string): boolean {
    return (this.#windows.get(window)?.status ?? 'scheduled') !== 'scheduled';
  }

  /** What `/api/v1/components` must list, all of its pages together. */
  components(): PublicComponent[] {
    const holds = this.#holds();
    return this.order.flat().map((id, index) => {
      const { name, code, set, description } = this.#component(id);
      const status = worst([set, ...(holds.get(id) ?? [])]);
      const groupId = this.order.groupOf(id);
      const group = groupId === null ? null : { id: groupId, name: this.#groupNames.get(groupId) ?? '' };
      return { id, name, code, status, description, position: index + 1, group };
    });
  }

  /** What `/api/v1/status` must say, but for `last_updated`. */
  status(): PublicStatus {
    const shown = this.components().map(({ status }) => status);
    const count = (status: string) => shown.filter((one) => one === status).length;
    return {
      status: worst(shown),
      indicators: Object.fromEntries(SEVERITY.map((status) => [status, count(status)])),
      active_incidents: this.#open().length,
      scheduled_maintenance: [...this.#windows.values()].filter(inProgress).length,
    };
  }

  /** What `/api/v1/incidents?status_filter=active` must say, by id. */
  openIncidents(): Map<string, { title: string; status: string; components: Record<string, string> }> {
    const told = this.#open().map(([id, { title, status, claims }]) => {
      return [id, { title, status, components: Object.fromEntries(claims) }] as const;
    });
    return new Map(told);
  }

  #open(): [string, Incident][] {
    return [...this.#incidents].filter(([, { status }]) => status !== 'resolved');
  }

  /** What holds each component besides the status set on it. */
  #holds(): Map<string, string[]> {
    const holds = new Map<string, string[]>();
    const hold = (id: string, status: string) => holds.set(id, [...(holds.get(id) ?? []), status]);
    for (const [, { claims }] of this.#open()) for (const [id, status] of claims) hold(id, status);
    for (const window of this.#windows.values()) {
      if (inProgress(window)) for (const id of window.components) hold(id, 'under_maintenance');
    }
    return holds;
  }

  #component(id: string): Component {
    const component = this.#components.get(id);
    if (component === undefined) throw new Error(`the account knows no component ${id}`);
    return component;
  }
}

function inProgress({ status }: { status: string }): boolean {
  return status === 'in_progress' || status === 'verifying';
}

function worst(statuses: readonly string[]): string {
  return SEVERITY[Math.max(0, ...statuses.map((status) => SEVERITY.indexOf(status)))] ?? 'operational';
}
