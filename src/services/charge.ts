/** The right of this process to publish and to move the clock: locks on files, and the lease in the database. */
import { randomUUID } from 'node:crypto';
import { type FileLock, takeFileLock } from '../../db/file-lock.ts';
import type { Store } from '../../db/transaction.ts';
import type { Config } from '../config.ts';
import { holdsLease, keepLease, LEASE_MS, returnLease, takeLease } from '../worker/lease.ts';

/** Another process is at work on the same data. */
export class AlreadyRunningError extends Error {}

/** Of the lease's time, so much is left unused: a write that leaves now has to arrive. */
const MARGIN_MS = 3_000;

export class Charge {
  readonly #holder = randomUUID();
  #fence: number | null = null;
  /** By a clock that goes on while this process is frozen. */
  #validUntil = 0;

  readonly #isRemote: boolean;

  constructor(
    private readonly config: Config,
    private readonly store: Store,
    private readonly complain: (error: unknown) => void,
  ) {
    this.#isRemote = !config.databaseUrl.startsWith('file:');
  }

  /** Names the time in which this process publishes and moves the clock; null while another one does. */
  term(): number | null {
    return this.#fence;
  }

  /** True while the lease was this process's when it was last looked at. */
  isMine(): boolean {
    return this.#fence !== null;
  }

  /**
   * The fence, after a look at the database. When its renewal is late it is renewed here: what is to be written may leave
   * then. @throws Error when another process has taken over
   */
  async assertLease(): Promise<number> {
    const fence = this.#fence;
    const isHeld =
      fence !== null &&
      ((!this.#isLate() && (await holdsLease(this.store, this.#holder, fence))) || (await this.#keep(fence)));
    if (!isHeld) throw new Error('Another process has taken over publishing.');
    return fence;
  }

  #isLate(): boolean {
    return performance.now() >= this.#validUntil;
  }

  /** A leap of the database's clock ends a lease early: nobody has to wait for its next renewal to publish. */
  async #keep(fence: number): Promise<boolean> {
    return this.#asking((asking) => keepLease(this.store, this.#holder, fence, asking));
  }

  /** Asks the database for the lease. It holds, where it is had, from when the database was asked. */
  async #asking<T>(ask: (asking: () => void) => Promise<T>): Promise<T> {
    let asked = 0;
    const answer = await ask(() => {
      asked = performance.now();
    });
    if (answer) this.#validUntil = asked + LEASE_MS - MARGIN_MS;
    return answer;
  }

  /** As `assertLease`, without asking: right before something is written. @throws Error when the lease may be over */
  mayWrite(): void {
    if (this.#fence === null || this.#isLate())
      throw new Error('The right to publish has to be asked for again.');
  }

  /**
   * Makes this process the one at work on its folder; and, with the lease, on the schedule and all other targets, at once
   * or when nobody else is any more. @returns how to end it @throws AlreadyRunningError
   */
  async take({ lease }: { lease: boolean }): Promise<() => Promise<void>> {
    const locks = await takeLocks(this.config);
    const letGo = () => {
      for (const lock of locks) lock.release();
    };
    if (!lease) return async () => letGo();
    await this.#renew(!this.#isRemote);
    const renewing = setInterval(() => this.#renew(false).catch(this.complain), LEASE_MS / 3);
    return async () => {
      clearInterval(renewing);
      // A database that is away forgets the lease by itself.
      await returnLease(this.store, this.#holder).catch(this.complain);
      letGo();
    };
  }

  /** Keeps all other workers of this folder and file away. @returns how to end that @throws AlreadyRunningError */
  async lockOut(): Promise<() => Promise<void>> {
    const locks = await takeLocks(this.config);
    return async () => {
      for (const lock of locks) lock.release();
    };
  }

  async #renew(force: boolean): Promise<void> {
    this.#fence = await this.#asking((asking) => takeLease(this.store, this.#holder, force, asking));
  }
}

/** The folder of this process, and on a file database the database: one process at work on each. */
async function takeLocks(config: Config): Promise<FileLock[]> {
  const wanted = [`${config.dataDir}/site.lock`];
  if (config.databaseUrl.startsWith('file:'))
    wanted.push(`${config.databaseUrl.slice('file:'.length)}.workers`);
  const locks: FileLock[] = [];
  for (const path of wanted) {
    const lock = await takeFileLock(path);
    if (!lock) {
      for (const held of locks) held.release();
      throw new AlreadyRunningError(
        `Another Daymark process is at work on ${config.dataDir}. Stop it, or start this one with "serve --no-workers".`,
      );
    }
    locks.push(lock);
  }
  return locks;
}
