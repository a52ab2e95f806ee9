/**
 * What was acknowledged to the writers, and so must be there after every fault. What was sent and not answered may be
 * there or not; of a value that is set again and again, anything from the last acknowledged one on may be there.
 */
export class Ledger {
  /** Component → the values that may be found, the last acknowledged one first. */
  readonly #set = new Map<string, string[]>();
  /** Incident → its updates that were acknowledged. */
  readonly #incidents = new Map<string, Set<string>>();
  /** Marks in the texts of which people are to be told. */
  readonly told = new Set<string>();
  /** The number that the beacon said → the revision that said it, of those that were acknowledged. */
  readonly beacons = new Map<number, number>();
  /** Highest acknowledged revision. */
  revision = 0;
  acknowledged = 0;
  /** Requests whose connection broke. */
  unanswered = 0;
  /** Answers that refuse with 5xx or 429. */
  refused: Record<number, number> = {};

  sendStatus(component: string, status: string): void {
    const values = this.#set.get(component) ?? [];
    this.#set.set(component, [...values, status]);
  }

  /** One writer sets one component at a time, so the newest value is the acknowledged one. */
  acknowledgeStatus(component: string): void {
    this.#set.set(component, (this.#set.get(component) ?? []).slice(-1));
  }

  acknowledgeIncident(id: string, updates: readonly string[]): void {
    const known = this.#incidents.get(id) ?? new Set<string>();
    for (const update of updates) known.add(update);
    this.#incidents.set(id, known);
  }

  acknowledge(revision: number | null): void {
    this.acknowledged += 1;
    if (revision !== null) this.revision = Math.max(this.revision, revision);
  }

  refuse(status: number): void {
    this.refused[status] = (this.refused[status] ?? 0) + 1;
  }

  /** What is missing of all that was acknowledged, in words. */
  losses(found: FoundState): string[] {
    const losses: string[] = [];
    for (const [component, values] of this.#set) {
      const status = found.components.get(component);
      if (status === undefined) losses.push(`component ${component} is gone`);
      else if (!values.includes(status))
        losses.push(`component ${component} is ${status}, not ${values.join(' or ')}`);
    }
    for (const [incident, updates] of this.#incidents) {
      const there = found.incidents.get(incident);
      if (there === undefined) losses.push(`incident ${incident} is gone`);
      else
        for (const update of updates) if (!there.updates.has(update)) losses.push(`update ${update} is gone`);
    }
    const seen = new Set<string>();
    for (const { title } of found.incidents.values()) {
      if (seen.has(title))
        losses.push(`incident "${title}" is there twice, though sent with one Idempotency-Key`);
      seen.add(title);
    }
    const newest = Math.max(0, ...this.beacons.keys());
    if (found.beacon < newest) losses.push(`the beacon says ${found.beacon}, not ${newest}`);
    if (found.revision < this.revision)
      losses.push(`the page is at revision ${found.revision}, not ${this.revision}`);
    return losses;
  }

  /** After a crash, what is found is what counts. */
  settle(found: FoundState): void {
    for (const [component, status] of found.components) this.#set.set(component, [status]);
  }
}

export interface FoundState {
  revision: number;
  /** The number that the beacon says. */
  beacon: number;
  /** Component → the status set on it. */
  components: Map<string, string>;
  /** Component → what it shows. */
  shown: Map<string, string>;
  incidents: Map<string, { title: string; updates: Set<string> }>;
}
