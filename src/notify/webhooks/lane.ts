/** The lane of the webhooks: its own claims and its own loop, so that no receiver ever delays a mail. */

import type { BlockList } from 'node:net';
import { isPassing } from '../../../db/failures.ts';
import type { Store } from '../../../db/transaction.ts';
import { messageOf } from '../../domain/errors.ts';
import type { Secrets } from '../../domain/secrets.ts';
import { WEBHOOK_SEAL, type WebhookSecrets } from '../../domain/webhooks.ts';
import { type Attempt, callReceiver } from './call.ts';
import { type Claimed, cancel, claimDeliveries, freeClaims, recordAttempt, release } from './deliveries.ts';
import { messageAbout } from './message.ts';
import type { Resolve } from './resolve.ts';
import { signatureHeaders } from './signature.ts';

/** Calls at once in one process, each to another webhook. */
const AT_ONCE = 20;

export interface WebhookCaller {
  publicUrl: string;
  secrets: Secrets;
  resolve: Resolve;
  allowed: BlockList | null;
  /** Breaks calls off. */
  signal?: AbortSignal;
  now(): number;
}

export interface WebhookLaneOptions extends WebhookCaller {
  store: Store;
  /** True on a file database: whoever held a claim there is gone. */
  alone: boolean;
  /** Names this process in leases. */
  holder: string;
  /** From 0 to 1, for the jitter of pauses. */
  random(): number;
  /** Switches a webhook off for good, and tells its owners. */
  disable(webhookId: string, reason: string): Promise<unknown>;
  log: { error(fields: object, text: string): void };
}

/** Signs a message and posts it. */
export function sendMessage(
  { secrets, publicUrl, ...caller }: WebhookCaller,
  { id, url, sealedSecret }: { id: string; url: string; sealedSecret: string },
  body: string,
): Promise<Attempt> {
  const own = JSON.parse(secrets.open(WEBHOOK_SEAL, sealedSecret)) as WebhookSecrets;
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': `Daymark (+${publicUrl})`,
    ...signatureHeaders(own, id, caller.now(), body),
  };
  return callReceiver(url, headers, body, caller);
}

export class WebhookLane {
  /** Since this process began. */
  readonly stats = { delivered: 0, failed: 0 };
  readonly #calls = new Map<string, Promise<void>>();
  readonly #end = new AbortController();

  constructor(private readonly options: WebhookLaneOptions) {}

  /** To be called once, before the first tick. */
  async begin(): Promise<void> {
    if (this.options.alone) await freeClaims(this.options.store);
  }

  /** How many calls are under way. */
  get atWork(): number {
    return this.#calls.size;
  }

  /** Begins the calls that are due and does not wait for them. */
  async tick(): Promise<void> {
    const { store, holder, now } = this.options;
    const free = AT_ONCE - this.#calls.size;
    if (free <= 0) return;
    const claimed = await claimDeliveries(store, holder, [...this.#calls.keys()], free, now());
    for (const one of claimed) {
      const call = this.#deliver(one)
        .catch((error: unknown) => this.#complain(error))
        .finally(() => this.#calls.delete(one.webhookId));
      this.#calls.set(one.webhookId, call);
    }
  }

  /** Resolves when one of the calls has ended. */
  oneEnded(): Promise<void> {
    return Promise.race(this.#calls.values());
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#calls.values());
  }

  /** Breaks off what is under way; it is sent again by whoever claims it next. */
  async breakOff(): Promise<void> {
    this.#end.abort();
    await this.idle();
  }

  async #deliver(claimed: Claimed): Promise<void> {
    const { store, holder, publicUrl, now, random, disable } = this.options;
    let attempt: Attempt;
    try {
      const body = await messageAbout(store.read, claimed.page, claimed.told, publicUrl);
      if (body === null) return cancel(store, [claimed.id], holder, now());
      attempt = await sendMessage({ ...this.options, signal: this.#end.signal }, claimed, body);
    } catch (error) {
      // A database that is away is no fault of the receiver: no try is counted.
      if (isPassing(error)) return release(store, claimed.id, holder);
      // Whatever is wrong with it is wrong with it alone, like a secret of another SECRET_KEY.
      this.#complain(error);
      attempt = { answered: null, error: 'not_written', durationMs: 0, retryAfterMs: null };
    }
    if (attempt.error !== null && this.#end.signal.aborted) return release(store, claimed.id, holder);
    if (attempt.error === null) this.stats.delivered++;
    else this.stats.failed++;
    const { disable: off } = await recordAttempt(store, holder, claimed, attempt, random(), now());
    if (off) await disable(claimed.webhookId, attempt.error ?? '');
  }

  #complain(error: unknown): void {
    const text = messageOf(error);
    this.options.log.error({ error: text }, 'a webhook could not be called; it will be tried again');
  }
}
