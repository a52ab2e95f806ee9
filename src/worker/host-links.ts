import type { Database } from '../../db/client.ts';
import { versionOf } from '../../db/version.ts';
import { hostsIn, hostsText, type NamedPage } from '../manage/queries.ts';
import { type Synced, syncHosts } from '../publish/hosts.ts';

const EVERY_MS = 1_000;

/**
 * Keeps the links by which a web server finds a page: its domain, and `_default`. A page that gets another slug is reached
 * by them all the time: they lead to where it was until it lies whole at its new place.
 */
export class HostLinks {
  #known = '';
  /** What there was to be seen before that was read: it is read again when this is another. */
  #seen = '';
  /** What the links were made for. */
  #linked: ReadonlyMap<string, NamedPage> = new Map();
  /** Some links may lead elsewhere without anybody having been told. */
  #untold = false;
  #syncing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly read: Database,
    /** Folders that hold `hosts/`. */
    private readonly roots: () => readonly string[],
    private readonly changed: () => void,
    private readonly complain: (error: unknown) => void,
    /** True where the database can tell that it was not written to. */
    private readonly isFile: boolean,
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
    const roots = this.roots();
    const seen = this.isFile ? [await versionOf(this.read), ...roots].join('\n') : '';
    if (seen !== '' && seen === this.#seen && this.#known !== '') return;
    const text = await hostsText(this.read);
    this.#seen = seen;
    const key = [text, ...roots].join('\n');
    if (key === this.#known) return;
    const hosts = hostsIn(text);
    const slugs = new Map([...hosts].map(([name, { slug }]) => [name, slug]));
    const moves = (name: string) => this.#linked.get(name)?.pageId === hosts.get(name)?.pageId;
    const done: Synced[] = [];
    try {
      for (const root of roots) done.push(await syncHosts(root, slugs, moves));
    } catch (error) {
      // Of the folder that failed some links may be new; once it can be written, it says that none is.
      this.#untold = true;
      this.#known = '';
      if (done.some(({ changed }) => changed)) this.changed();
      throw error;
    }
    this.#linked = hosts;
    // Else it is looked at again, when the page lies there and each second.
    this.#known = done.every(({ whole }) => whole) ? key : '';
    if (this.#untold || done.some(({ changed }) => changed)) this.changed();
    this.#untold = false;
  }
}
