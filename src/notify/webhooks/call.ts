/**
 * One call of a receiver. What holds here:
 *
 * 1. The address that is dialled is one that was checked: names are resolved once, and only those addresses are handed
 *    to the socket (DNS rebinding). Literals are checked too, which `lookup` alone would miss.
 * 2. A name with any forbidden address is refused as a whole.
 * 3. No redirect is followed, no proxy asked, no connection kept.
 * 4. It is over after ten seconds, whatever the receiver does, and reads little of its answer.
 */
import http from 'node:http';
import https from 'node:https';
import { type BlockList, isIP, type LookupFunction } from 'node:net';
import { mayBeDialled } from './address.ts';
import type { Resolve } from './resolve.ts';
import { symbolOf } from './symbols.ts';

/** Over everything: name, connection, head and body. */
const CALL_MS = 10_000;
/** So much of an answer is read, so that receivers can end in peace; what it says is of no interest. */
const ANSWER_BYTES = 64 * 1024;
const LONGEST_RETRY_AFTER_S = 24 * 60 * 60;

/** What became of a call. */
export interface Attempt {
  /** The status that the receiver answered; null when it did not. */
  answered: number | null;
  /** Null when it was delivered, else why not. */
  error: string | null;
  durationMs: number;
  /** In how many milliseconds the receiver wants to be asked again. */
  retryAfterMs: number | null;
}

/** Begins a request at addresses that were checked; `http.request` and `https.request` but in tests. */
export type Dial = (
  url: URL,
  options: http.RequestOptions & { lookup: LookupFunction },
) => http.ClientRequest;

export interface CallOptions {
  resolve: Resolve;
  /** Networks besides the public ones. */
  allowed: BlockList | null;
  now(): number;
  dial?: Dial;
  /** Breaks the call off. */
  signal?: AbortSignal;
  /** @default CALL_MS */
  withinMs?: number;
}

const dialNode: Dial = (url, options) =>
  url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);

class Refused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/** Posts a body. Never throws: whatever goes wrong has a symbol. */
export async function callReceiver(
  address: string,
  headers: Record<string, string>,
  body: string,
  options: CallOptions,
): Promise<Attempt> {
  const begun = options.now();
  const time = AbortSignal.timeout(options.withinMs ?? CALL_MS);
  const deadline = options.signal ? AbortSignal.any([time, options.signal]) : time;
  const ended = (rest: Partial<Attempt>): Attempt => ({
    ...{ answered: null, error: null, retryAfterMs: null },
    ...rest,
    durationMs: Math.max(0, options.now() - begun),
  });
  try {
    const url = new URL(address);
    const lookup = await until(deadline, checked(url, options));
    const answer = await post(url, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }, body, {
      lookup,
      signal: deadline,
      dial: options.dial ?? dialNode,
    });
    return ended(answer);
  } catch (error) {
    return ended({ error: deadline.aborted ? 'timeout' : symbolOf(error) });
  }
}

/** Finds the addresses of a host and judges them. @throws Refused */
async function checked(url: URL, { resolve, allowed }: CallOptions): Promise<LookupFunction> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  if (addresses.length === 0 || !addresses.every((one) => mayBeDialled(one, allowed)))
    throw new Refused(`${host} is not a host that webhooks may reach`);
  const found = addresses.map((one) => ({ address: one, family: isIP(one) }));
  return (_host, wanted, done) => {
    if (wanted.all) done(null, found);
    else done(null, found[0]!.address, found[0]!.family);
  };
}

function until<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('out of time'));
    deadline.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', stop));
  });
}

function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  { lookup, signal, dial }: { lookup: LookupFunction; signal: AbortSignal; dial: Dial },
): Promise<Partial<Attempt>> {
  return new Promise((resolve, reject) => {
    let answer: Partial<Attempt> | null = null;
    // The status has been said: a body that breaks off, or never ends, takes nothing of it back.
    const end = (error: Error) => (answer ? resolve(answer) : reject(error));
    const request = dial(url, { method: 'POST', headers, lookup, signal, agent: false });
    request.on('error', end);
    request.once('close', () => end(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    request.once('response', (response) => {
      answer = judged(response);
      let read = 0;
      response.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > ANSWER_BYTES) request.destroy();
      });
      response.on('error', end);
    });
    request.end(body);
  });
}

function judged(response: http.IncomingMessage): Partial<Attempt> {
  const answered = response.statusCode ?? 0;
  if (answered >= 200 && answered < 300) return { answered };
  const seconds = /^\d{1,9}$/.exec(response.headers['retry-after'] ?? '')?.[0];
  return {
    answered,
    error: answered >= 300 && answered < 400 ? 'redirected' : answered === 410 ? 'gone' : 'rejected',
    retryAfterMs: seconds ? Math.min(Number(seconds), LONGEST_RETRY_AFTER_S) * 1000 : null,
  };
}
