import { randomUUID } from 'node:crypto';
import type { Random } from '../fixtures/random.ts';
import type { Daymark } from '../server/daymark.ts';
import { type Answer, revisionOf } from '../server/http.ts';
import { beaconText } from './beacon.ts';
import type { Ledger } from './ledger.ts';

const STATUSES = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
];
const INCIDENT_STATUSES = ['identified', 'monitoring', 'investigating', 'resolved'];

interface IncidentAnswer {
  id: string;
  status: string;
  updates: { id: string }[];
}

/** Whoever writes one thing after the other. */
export interface Writes {
  /** One write. Rejects when the connection breaks. */
  write(server: Daymark): Promise<void>;
}

/** A refusal with 429 or 5xx is no loss; another answer than 2xx is a fault of this program or of the server. */
function isAccepted(answer: Answer, ledger: Ledger): boolean {
  if (answer.status >= 200 && answer.status <= 299) {
    ledger.acknowledge(revisionOf(answer));
    return true;
  }
  if (answer.status !== 429 && answer.status < 500)
    throw new Error(`answered ${answer.status}: ${answer.text}`);
  ledger.refuse(answer.status);
  return false;
}

/** Says a higher number each time, where every file of the page shows it: a reader can tell of which revision a file is. */
export class Beacon implements Writes {
  #number = 0;
  readonly #path: string;
  readonly #ledger: Ledger;

  constructor(path: string, ledger: Ledger) {
    this.#path = path;
    this.#ledger = ledger;
  }

  async write(server: Daymark): Promise<void> {
    this.#number += 1;
    const number = this.#number;
    const answer = await server.api('PATCH', this.#path, { description: beaconText(number) });
    if (isAccepted(answer, this.#ledger)) this.#ledger.beacons.set(number, revisionOf(answer) ?? 0);
  }
}

/** Writes to its own components and incidents. */
export class Writer implements Writes {
  #open: string[] = [];
  /** A creation that nobody confirmed: it is sent again, with the same key. */
  #again: { key: string; body: unknown; mark: string } | null = null;

  readonly #page: string;
  readonly #components: readonly string[];
  readonly #ledger: Ledger;
  readonly #random: Random;

  constructor(page: string, components: readonly string[], ledger: Ledger, random: Random) {
    this.#page = page;
    this.#components = components;
    this.#ledger = ledger;
    this.#random = random;
  }

  write(server: Daymark): Promise<void> {
    const die = this.#random.between(0, 10);
    if (this.#again !== null || die < 2) return this.#openIncident(server);
    if (die < 4 && this.#open.length > 0) return this.#postUpdate(server);
    if (die === 4) return this.#setAll(server);
    return this.#setOne(server);
  }

  async #setOne(server: Daymark): Promise<void> {
    const id = this.#random.pick(this.#components);
    const status = this.#random.pick(STATUSES);
    this.#ledger.sendStatus(id, status);
    const answer = await server.api('PATCH', `${this.#page}/components/${id}`, { status });
    if (isAccepted(answer, this.#ledger)) this.#ledger.acknowledgeStatus(id);
  }

  async #setAll(server: Daymark): Promise<void> {
    const all = this.#components.map((id) => ({ id, status: this.#random.pick(STATUSES) }));
    for (const { id, status } of all) this.#ledger.sendStatus(id, status);
    const answer = await server.api('PATCH', `${this.#page}/components`, all);
    if (isAccepted(answer, this.#ledger)) for (const { id } of all) this.#ledger.acknowledgeStatus(id);
  }

  async #openIncident(server: Daymark): Promise<void> {
    this.#again ??= this.#incident();
    const { key, body, mark } = this.#again;
    const answer = await server.api('POST', `${this.#page}/incidents`, body, { 'idempotency-key': key });
    if (!isAccepted(answer, this.#ledger)) return;
    this.#again = null;
    this.#ledger.told.add(mark);
    this.#note(answer);
  }

  #incident() {
    const mark = this.#random.mark();
    const components = [{ id: this.#random.pick(this.#components), status: this.#random.pick(STATUSES) }];
    const body = { title: `Incident ${mark}`, body: `We are looking into it (mark-${mark}).`, components };
    return { key: randomUUID(), body, mark };
  }

  async #postUpdate(server: Daymark): Promise<void> {
    const id = this.#random.pick(this.#open);
    const mark = this.#random.mark();
    const components = [{ id: this.#random.pick(this.#components), status: this.#random.pick(STATUSES) }];
    const status = this.#random.pick(INCIDENT_STATUSES);
    const update = { status, body: `There is news (mark-${mark}).`, components };
    const answer = await server.api('POST', `${this.#page}/incidents/${id}/updates`, update);
    if (!isAccepted(answer, this.#ledger)) return;
    this.#ledger.told.add(mark);
    this.#note(answer, id);
  }

  /** The answer to an update is the update or its whole incident: either names what must stay. */
  #note(answer: Answer, of?: string): void {
    const body = answer.body as Partial<IncidentAnswer> & { id: string; status: string };
    const incident = body.updates === undefined ? (of ?? body.id) : body.id;
    const updates = body.updates === undefined ? [body.id] : body.updates.map(({ id }) => id);
    this.#ledger.acknowledgeIncident(incident, updates);
    this.#open = this.#open.filter((id) => id !== incident);
    if (body.status !== 'resolved') this.#open.push(incident);
  }
}

/** True of an error that says that nobody knows whether the server did what was asked. */
export function isBroken(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    code === 'ECONNRESET' || code === 'ECONNREFUSED' || code === 'EPIPE' || message === 'the answer broke off'
  );
}
