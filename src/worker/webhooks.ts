/** Keeps the lane of the webhooks going. Any number of processes may do so: deliveries are claimed by lease. */
import { messageOf } from '../domain/errors.ts';
import type { WebhookLane } from '../notify/webhooks/lane.ts';

/** Other processes make deliveries too: so often it is looked for some that nobody woke us for. */
const TICK_MS = 1_000;
/** At the end, calls that are under way get so long. */
const GRACE_MS = 4_000;

export class WebhookWorker {
  #stopped = false;
  #woken = false;
  #wake: (() => void) | null = null;

  constructor(
    private readonly lane: WebhookLane,
    private readonly log: { error(fields: object, text: string): void },
  ) {}

  /** There may be something to send. */
  wake(): void {
    // At the end only calls are waited for.
    if (this.#stopped) return;
    this.#woken = true;
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async run(): Promise<void> {
    let begun = false;
    while (!this.#stopped) {
      this.#woken = false;
      try {
        if (!begun) await this.lane.begin();
        begun = true;
        await this.lane.tick();
      } catch (error) {
        const text = messageOf(error);
        this.log.error({ error: text }, 'the webhooks could not be looked for; it goes on');
      }
      if (this.#stopped) break;
      // More may wait behind a call that has ended: for its place, or for the same receiver.
      await Promise.race([this.#sleep(TICK_MS), ...(this.lane.atWork > 0 ? [this.lane.oneEnded()] : [])]);
    }
    this.#woken = false;
    await Promise.race([this.lane.idle(), this.#sleep(GRACE_MS)]);
    await this.lane.breakOff();
  }

  #sleep(ms: number): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
