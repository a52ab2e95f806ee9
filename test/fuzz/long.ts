/**
 * The fuzz at length: many lanes at once on one server that lives through all of it, with a fresh page for each chunk. What
 * `run.ts` looks at after every request is looked at in bulk here: refusals are sent again together, while nothing else is.
 */
import http from 'node:http';
import fc from 'fast-check';
import { documentOf, type Operation, operationsOf } from '../fixtures/operations.ts';
import type { Daymark } from '../server/daymark.ts';
import { type RawCounts, shootBytes } from './bytes.ts';
import { type FuzzRequest, type Plan, plans, requestOf } from './requests.ts';
import { faultIn, type Got, isRead, send, told } from './shot.ts';
import { World } from './world.ts';

/** After so many requests what was deleted is made again, and refusals are compared. */
const ROUND = 1_000;
/** One in so many requests is bytes that are hardly HTTP. */
const BYTES_SHARE = 20;
/** One in so many refusals and reads is sent again, in bulk. */
const AGAIN_SHARE = 6;
/** So many of these times may some of them be accepted after all, which what others did decides. */
const SIFTINGS = 4;
/** Of the sign-ins, each of which costs what a password hash is to cost, one in so many stays. */
const SIGN_INS_SHARE = 50;
const FAULTS_SHOWN = 20;

export interface LongReport {
  /** Requests that were made up, damaged bytes among them. */
  requests: number;
  /** Sent once more to see that they change nothing; not among `requests`. */
  again: number;
  statuses: Record<string, number>;
  reached: Set<string>;
  bytes: RawCounts;
  faults: string[];
}

export interface LongOptions {
  requests: number;
  seed: number;
  lanes?: number;
  /** Requests on one page. */
  chunk?: number;
  /** Told after each chunk, and waited for. */
  progress?: (report: LongReport) => unknown;
}

/** Sends that many requests. @param options.seed the same one makes the same plans, though lanes overtake each other */
export async function longFuzz(daymark: Daymark, options: LongOptions): Promise<LongReport> {
  const { seed, lanes = 12, chunk = 10_000 } = options;
  const agent = new http.Agent({ keepAlive: true, maxSockets: lanes });
  const document = await documentOf(daymark);
  const operations = operationsOf(document);
  const arbitrary = plans(operations, document);
  const report: LongReport = {
    ...{ requests: 0, again: 0, statuses: {}, reached: new Set<string>(), faults: [] },
    bytes: { sent: 0, answered: 0, refused: 0 },
  };
  const shooter = new Shooter(daymark, agent, lanes, report);
  let round = 0;
  for (let number = 0; report.requests < options.requests; number++) {
    const end = Math.min(report.requests + chunk, options.requests);
    const world = await World.make(daymark, `Fuzz ${seed} ${number}`);
    try {
      while (report.requests < end) {
        const numRuns = Math.min(ROUND, end - report.requests);
        const raw = Math.floor(numRuns / BYTES_SHARE);
        const some = fc.sample(arbitrary, { numRuns: numRuns - raw, seed: seed + round });
        await shooter.round(world, some, raw, seed + round);
        report.requests += numRuns;
        round++;
        await world.fill();
      }
    } finally {
      await world.close();
    }
    await deletePages(daymark);
    await options.progress?.(report);
  }
  agent.destroy();
  return report;
}

class Shooter {
  readonly daymark: Daymark;
  readonly agent: http.Agent;
  readonly lanes: number;
  readonly report: LongReport;

  constructor(daymark: Daymark, agent: http.Agent, lanes: number, report: LongReport) {
    this.daymark = daymark;
    this.agent = agent;
    this.lanes = lanes;
    this.report = report;
  }

  async round(world: World, all: readonly Plan[], raw: number, seed: number): Promise<void> {
    const refused: FuzzRequest[] = [];
    await this.#inLanes(all, async (plan, n) => {
      const request = requestOf(cheaper(plan, n), world, this.daymark.key);
      const answer = await this.#shoot(request, plan, world);
      if (answer && (answer.status >= 400 || isRead(request))) refused.push(request);
    });
    await this.#again(
      world,
      refused.filter((_one, n) => n % AGAIN_SHARE === 0),
    );
    const before = await world.state();
    for (const fault of await shootBytes(this.daymark.url, raw, seed, this.report.bytes)) this.#fault(fault);
    if ((await world.state()) !== before) this.#fault(`bytes of seed ${seed} changed rows`);
  }

  async #shoot(request: FuzzRequest, plan: Plan, world: World): Promise<Got | null> {
    const answer = await this.#send(request);
    if (!answer) return null;
    const { status } = answer;
    const { statuses, reached } = this.report;
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status < 300) world.learn(request.method, request.path, answer.body);
    if (request.method === plan.operation.method && (status < 300 || status === 303))
      reached.add(nameOf(plan.operation));
    const fault = faultIn(plan, request, answer);
    if (fault) this.#fault(told(request, `${status} ${fault}: ${answer.text.slice(0, 300)}`));
    return answer;
  }

  /** Sends refused requests once more while nothing else is sent: rows and files must stay as they are. */
  async #again(world: World, refused: readonly FuzzRequest[]): Promise<void> {
    let some = refused;
    for (let sifting = 0; sifting < SIFTINGS; sifting++) {
      const before = await world.state();
      const still: FuzzRequest[] = [];
      await this.#inLanes(some, async (request) => {
        const answer = await this.#send(request);
        if (!answer) return;
        if (answer.status >= 500)
          this.#fault(told(request, `${answer.status}: ${answer.text.slice(0, 300)}`));
        if (answer.status >= 400 || isRead(request)) still.push(request);
      });
      this.report.again += some.length;
      if (still.length === some.length) {
        if ((await world.state()) !== before) this.#fault(listed('rows have changed', some));
        return;
      }
      some = still;
    }
  }

  async #send(request: FuzzRequest): Promise<Got | null> {
    try {
      return await send(this.daymark.url, this.agent, request);
    } catch (error) {
      this.#fault(told(request, `no answer: ${String(error)}`));
      return null;
    }
  }

  async #inLanes<T>(all: readonly T[], work: (one: T, n: number) => Promise<unknown>): Promise<void> {
    let next = 0;
    const lane = async () => {
      for (let n = next++; n < all.length; n = next++) await work(all[n]!, n);
    };
    await Promise.all(Array.from({ length: this.lanes }, lane));
  }

  #fault(fault: string): void {
    if (this.report.faults.length < FAULTS_SHOWN) this.report.faults.push(fault);
  }
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;

/** Most sign-ins without their body: what a password costs to hash would be all that is measured. */
function cheaper(plan: Plan, n: number): Plan {
  return nameOf(plan.operation) === 'POST /api/v1/session' && n % SIGN_INS_SHARE !== 0
    ? { ...plan, body: null }
    : plan;
}

function listed(what: string, requests: readonly FuzzRequest[]): string {
  return `${what} after:\n${requests.map((request) => told(request, 'refused')).join('\n')}`;
}

/** Leaves nothing for the next chunk but what has no page. */
async function deletePages(daymark: Daymark): Promise<void> {
  for (;;) {
    const { body } = await daymark.api('GET', '/api/v1/pages?per_page=500');
    const pages = body as { id: string }[];
    for (const { id } of pages) await daymark.api('DELETE', `/api/v1/pages/${id}`);
    if (pages.length < 500) return;
  }
}
