import { randomInt, randomUUID } from 'node:crypto';
import type { Daymark } from '../server/daymark.ts';
import { type Answer, revisionOf } from '../server/http.ts';
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

/** Writes to its own components and incidents until it is told to stop or its server dies. */
export class Writer {
  readonly #page: string;
  readonly #components: readonly string[];
  readonly #ledger: Ledger;
  #open: string[] = [];
  /** A creation that nobody answered: it is sent again after the restart, with the same key. */
  #again: { key: string; body: unknown } | null = null;

  constructor(page: string, components: readonly string[], ledger: Ledger) {
    this.#page = page;
    this.#components = components;
    this.#ledger = ledger;
  }

  /** `goesOn` is asked before each write. Ends at the first broken connection. */
  async run(server: Daymark, goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      try {
        await this.#write(server);
      } catch (error) {
        if (!isBroken(error)) throw error;
        this.#ledger.unanswered += 1;
        return;
      }
    }
  }

  #write(server: Daymark): Promise<void> {
    const die = randomInt(10);
    if (this.#again !== null || die < 2) return this.#openIncident(server);
    if (die < 4 && this.#open.length > 0) return this.#postUpdate(server);
    if (die === 4) return this.#setAll(server);
    return this.#setOne(server);
  }

  async #setOne(server: Daymark): Promise<void> {
    const id = pick(this.#components);
    const status = pick(STATUSES);
    this.#ledger.sendStatus(id, status);
    const answer = await server.api('PATCH', `${this.#page}/components/${id}`, { status });
    if (this.#accepted(answer)) this.#ledger.acknowledgeStatus(id);
  }

  async #setAll(server: Daymark): Promise<void> {
    const all = this.#components.map((id) => ({ id, status: pick(STATUSES) }));
    for (const { id, status } of all) this.#ledger.sendStatus(id, status);
    const answer = await server.api('PATCH', `${this.#page}/components`, all);
    if (this.#accepted(answer)) for (const { id } of all) this.#ledger.acknowledgeStatus(id);
  }

  async #openIncident(server: Daymark): Promise<void> {
    const title = `Incident ${randomUUID()}`;
    const components = [{ id: pick(this.#components), status: pick(STATUSES) }];
    this.#again ??= { key: randomUUID(), body: { title, body: 'We are looking into it.', components } };
    const { key, body } = this.#again;
    const answer = await server.api('POST', `${this.#page}/incidents`, body, { 'idempotency-key': key });
    if (!this.#accepted(answer)) return;
    this.#again = null;
    this.#note(answer);
  }

  async #postUpdate(server: Daymark): Promise<void> {
    const id = pick(this.#open);
    const components = [{ id: pick(this.#components), status: pick(STATUSES) }];
    const update = { status: pick(INCIDENT_STATUSES), body: 'There is news.', components };
    const answer = await server.api('POST', `${this.#page}/incidents/${id}/updates`, update);
    if (!this.#accepted(answer)) return;
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

  /** A refusal with 429 or 5xx is no loss; another answer than 2xx is a fault of this program or of the server. */
  #accepted(answer: Answer): boolean {
    if (answer.status >= 200 && answer.status <= 299) {
      this.#ledger.acknowledge(revisionOf(answer));
      return true;
    }
    if (answer.status !== 429 && answer.status < 500)
      throw new Error(`answered ${answer.status}: ${answer.text}`);
    this.#ledger.refuse(answer.status);
    return false;
  }
}

function pick<T>(from: readonly T[]): T {
  const found = from[randomInt(from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function isBroken(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    code === 'ECONNRESET' || code === 'ECONNREFUSED' || code === 'EPIPE' || message === 'the answer broke off'
  );
}
