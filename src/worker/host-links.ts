import type { Database } from '../../db/client.ts';
import { hostsIn, hostsText } from '../manage/queries.ts';
import { syncHosts } from '../publish/hosts.ts';

const EVERY_MS = 1_000;

/** Keeps the links by which a web server finds a page: its domain, and `_default`. */
export class HostLinks {
  #known = '';
  #syncing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly read: Database,
    /** Folders that hold `hosts/`. */
    private readonly roots: () => readonly string[],
    private readonly changed: () => void,
    private readonly complain: (error: unknown) => void,
  ) {}

  /** Brings the links in line with the database; one after the other when asked for at once. */
  sync(): Promise<void> {
    const next = this.#syncing.then(() => this.#sync());
    this.#syncing = next.catch(() => undefined);
    return next;
  }

  /** Something may lead elsewhere now. */
  nudge(): void {
    this.sync().catch(this.complain);
  }

  /** Looks again each second: other processes write too. */
  start(): void {
    this.#timer = setInterval(() => this.nudge(), EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#syncing;
  }

  async #sync(): Promise<void> {
    const text = await hostsText(this.read);
    const roots = this.roots();
    const key = [text, ...roots].join('\n');
    if (key === this.#known) return;
    const hosts = hostsIn(text);
    for (const root of roots) await syncHosts(root, hosts);
    this.#known = key;
    this.changed();
  }
}
