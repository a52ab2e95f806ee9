/** Shoots at a server, and looks at every answer and at what it left behind. */
import http from 'node:http';
import fc from 'fast-check';
import * as answers from '../../src/http/answers.ts';
import { documentOf, faultOf, operationsOf } from '../fixtures/operations.ts';
import type { Daymark } from '../server/daymark.ts';
import { type RawCounts, shootBytes } from './bytes.ts';
import { type FuzzRequest, type Plan, plans, requestOf } from './requests.ts';
import { siteAtRest } from './site.ts';
import { World } from './world.ts';

/** What takes a secret that only a mail, or a person, has. */
const SECRET = ['POST /api/v1/session', 'DELETE /api/v1/session', 'POST /api/v1/subscribers/verify'];
const CHUNK = 250;
const FAULTS_SHOWN = 20;
/** One of so many requests is bytes that are hardly HTTP. */
const BYTES_SHARE = 10;
/** So many of the refused requests of a chunk are sent again to a server at rest: then no file may change. */
const REPEATED = 40;

export interface FuzzReport {
  requests: number;
  /** Answers by status. */
  statuses: Record<string, number>;
  /** Operations of the document that were answered with success at least once, and those that could have been. */
  reached: string[];
  unreached: string[];
  bytes: RawCounts;
  /** Refused requests that were sent again, and refused again, while the published files were watched. */
  watched: number;
  faults: string[];
}

interface Got {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: unknown;
}

/** @param progress told how many requests are done, and waited for @param seed the same one makes the same plans */
export async function fuzz(
  daymark: Daymark,
  options: { requests: number; seed: number; progress?: (done: number) => unknown },
): Promise<FuzzReport> {
  const world = await World.make(daymark);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const document = await documentOf(daymark);
  const operations = operationsOf(document);
  const arbitrary = plans(operations, document);
  const reached = new Set<string>();
  const report: FuzzReport = {
    requests: 0,
    statuses: {},
    reached: [],
    unreached: [],
    bytes: { sent: 0, answered: 0, refused: 0 },
    watched: 0,
    faults: [],
  };
  try {
    for (let chunk = 0; report.requests < options.requests; chunk++) {
      const numRuns = Math.min(CHUNK, options.requests - report.requests);
      const seed = options.seed + chunk;
      const raw = Math.floor(numRuns / BYTES_SHARE);
      const refused: FuzzRequest[] = [];
      for (const plan of fc.sample(arbitrary, { numRuns: numRuns - raw, seed })) {
        const shot = await shoot(daymark, world, agent, plan, report, reached);
        if (shot.fault && report.faults.length < FAULTS_SHOWN) report.faults.push(shot.fault);
        if (shot.refused) refused.push(shot.refused);
      }
      report.faults.push(...(await repeat(daymark, agent, refused, report)));
      const before = await world.state();
      const changed = await changesFiles(daymark, async () => {
        report.faults.push(...(await shootBytes(daymark.url, raw, seed, report.bytes)));
      });
      if ((await world.state()) !== before) report.faults.push(`bytes of seed ${seed} changed rows`);
      if (changed) report.faults.push(`bytes of seed ${seed} changed files`);
      report.requests += numRuns;
      await world.fill();
      await options.progress?.(report.requests);
    }
  } finally {
    world.close();
    agent.destroy();
  }
  const names = operations.map(({ method, path }) => `${method} ${path}`);
  report.reached = names.filter((name) => reached.has(name));
  report.unreached = names.filter((name) => !reached.has(name) && !SECRET.includes(name));
  return report;
}

async function shoot(
  daymark: Daymark,
  world: World,
  agent: http.Agent,
  plan: Plan,
  report: FuzzReport,
  reached: Set<string>,
): Promise<{ fault: string | null; refused?: FuzzRequest }> {
  const request = requestOf(plan, world, daymark.key);
  const before = await world.state();
  let answer: Got;
  try {
    answer = await send(daymark.url, agent, request);
  } catch (error) {
    return { fault: told(request, `no answer: ${String(error)}`) };
  }
  const { status } = answer;
  report.statuses[status] = (report.statuses[status] ?? 0) + 1;
  const declared = request.method === plan.operation.method;
  if (status < 300) world.learn(request.method, request.path, answer.body);
  // What leads on has done its work, too.
  if (declared && (status < 300 || status === 303))
    reached.add(`${plan.operation.method} ${plan.operation.path}`);
  const reads = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND'].includes(request.method);
  const fault =
    errorFault(request, answer) ??
    (declared && status < 400 ? faultOf(plan.operation, answer) : null) ??
    (declared && status >= 400 && plan.operation.scope !== null ? undocumented(plan, status) : null) ??
    ((status >= 300 || reads) && (await world.state()) !== before ? 'rows have changed' : null);
  return {
    fault: fault ? told(request, `${status} ${fault}: ${answer.text.slice(0, 300)}`) : null,
    ...(status >= 400 || reads ? { refused: request } : {}),
  };
}

/**
 * True when the published files are others after this was done. It is done again then: what time alone has changed, like
 * an hour that passed while something is down, does not change twice.
 */
async function changesFiles(daymark: Daymark, work: () => Promise<void>): Promise<boolean> {
  for (let times = 0; times < 2; times++) {
    const before = await siteAtRest(daymark);
    await work();
    if ((await siteAtRest(daymark)) === before) return false;
  }
  return true;
}

/**
 * Sends refused requests, and reads, once more to a server that has published everything: the published files must stay
 * as they are, to the last one. Which of them is refused again depends on what the others did: those after the last that
 * was not are watched.
 */
async function repeat(
  daymark: Daymark,
  agent: http.Agent,
  refused: readonly FuzzRequest[],
  report: FuzzReport,
): Promise<string[]> {
  const step = Math.max(1, refused.length / REPEATED);
  let since: FuzzRequest[] = [];
  for (let place = 0; place < refused.length; place += step) {
    const request = refused[Math.floor(place)]!;
    const { status } = await send(daymark.url, agent, request);
    const reads = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND'].includes(request.method);
    if (status >= 400 || reads) since.push(request);
    else since = [];
  }
  report.watched += since.length;
  const changed = await changesFiles(daymark, async () => {
    for (const request of since) await send(daymark.url, agent, request);
  });
  if (!changed) return [];
  return [`files have changed after:\n${since.map((request) => told(request, 'refused')).join('\n')}`];
}

/** A status that the document does not name; 400 may be said of any path, 405 and 404 of one that became another. */
function undocumented({ operation, segments }: Plan, status: number): string | null {
  const asPlanned = segments.every((one) => /^(live|upper):/.test(one));
  if (!asPlanned && [400, 404, 405].includes(status)) return null;
  return operation.responses[String(status)] ? null : 'the document does not name this status';
}

/** What is wrong with an error: 5xx, or not in the contract's form (section 6). */
function errorFault({ method, path }: FuzzRequest, { status, headers, body }: Got): string | null {
  if (status >= 500) return 'the server failed';
  if (status < 400) return null;
  if (!path.includes('/api/')) return null;
  if (headers['content-type'] !== 'application/json; charset=utf-8') return 'the error is not JSON';
  if (method === 'HEAD') return null;
  const schema =
    status === 422 ? answers.validationError : status === 403 ? answers.scopeError : answers.error;
  if (!schema.safeParse(body).success) return 'the error has another form';
  if (status === 405 && !headers.allow) return 'the 405 names no methods';
  return status === 401 && !headers['www-authenticate'] ? 'the 401 does not say how to come in' : null;
}

function told({ method, path, headers, body }: FuzzRequest, what: string): string {
  const sent = body === null ? '' : ` ${JSON.stringify(body.toString('latin1').slice(0, 300))}`;
  const { authorization: _key, ...shown } = headers;
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(shown).slice(0, 200)}${sent} → ${what}`;
}

function send(url: string, agent: http.Agent, { method, path, headers, body, chunked }: FuzzRequest) {
  const { hostname, port } = new URL(url);
  const all: Record<string, string> = { ...headers };
  if (body && !chunked) all['content-length'] = String(body.length);
  else if (body) all['transfer-encoding'] = 'chunked';
  return new Promise<Got>((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers: all, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text, body: parsed(text) });
      });
    });
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
