/**
 * Published files in memory. What holds here:
 *
 * 1. Memory is bounded: files are read when asked for, in the encoding that is asked for, and the least recently used
 *    leave first. Large ones are not kept at all.
 * 2. What was replaced while it was read is read again.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Encoding, Variant } from './static-answer.ts';
import { nullIfMissing, readVariant } from './static-file.ts';

const CACHE_BYTES = 64 * 1024 * 1024;
/** What a file costs besides its bytes. */
const OVERHEAD_BYTES = 1024;
/** A folder that another process fills is looked at again after this. */
const FOREIGN_FRESH_MS = 100;

/** One file of one page, in the encodings that were asked for since it was replaced; null is one that is not there. */
export interface Slot {
  key: string;
  slug: string;
  file: string;
  variants: Partial<Record<Encoding, Variant | null>>;
  /** What is being read, since which generation. */
  reading: Partial<Record<Encoding, { generation: number; variant: Promise<Variant | null> }>>;
  bytes: number;
  generation: number;
  checkedAt: number;
  mtimeMs: number;
}

export interface FileCacheOptions {
  /** `DATA_DIR/site` */
  root: string;
  now(): number;
  /** Further headers of a list's file, like X-Total-Count. */
  listHeaders(slug: string, path: string): Promise<Record<string, string> | null>;
}

export class FileCache {
  readonly #slots = new Map<string, Slot>();
  #bytes = 0;
  #own = false;
  /** For /metrics: how often a file was read. */
  reads = 0;

  constructor(private readonly options: FileCacheOptions) {}

  /** From here on this process fills the folder, and tells what it replaced. */
  adopt(): void {
    this.#own = true;
  }

  /** Files of a page were replaced or taken away. */
  replaced(slug: string, files: readonly string[]): void {
    for (const file of files) {
      const slot = this.#slots.get(`${slug}/${file}`);
      if (slot) this.forget(slot);
    }
  }

  clear(): void {
    for (const slot of this.#slots.values()) this.forget(slot);
    this.#slots.clear();
    this.#bytes = 0;
  }

  /** Whether a page has a file. */
  async exists(slug: string, file: string): Promise<boolean> {
    if (this.#slots.get(`${slug}/${file}`)?.variants.identity) return true;
    const found = await stat(join(this.options.root, 'p', slug, file)).catch(nullIfMissing);
    return found?.isFile() ?? false;
  }

  /** The file in the first of these encodings that it has; null when it is not there. */
  async find(
    { slug, path }: { slug: string; path: string },
    file: string,
    encodings: readonly Encoding[],
  ): Promise<{ slot: Slot; encoding: Encoding; variant: Variant } | null> {
    const key = `${slug}/${file}`;
    let slot = this.#slots.get(key);
    if (!slot) {
      slot = {
        key,
        slug,
        file,
        variants: {},
        reading: {},
        bytes: 0,
        generation: 0,
        checkedAt: 0,
        mtimeMs: -1,
      };
      this.#slots.set(key, slot);
    }
    if (!this.isFresh(slot) && !(await this.#look(slot))) return null;
    for (const encoding of encodings) {
      const variant = await this.#load(slot, encoding, path);
      if (variant) return { slot, encoding, variant };
    }
    return null;
  }

  /** Looks whether the file is another one by now. @returns false when it is gone */
  async #look(slot: Slot): Promise<boolean> {
    const { generation } = slot;
    const mtimeMs = (await stat(this.pathOf(slot)).catch(nullIfMissing))?.mtimeMs ?? -1;
    if (slot.generation !== generation) return this.#look(slot);
    if (mtimeMs !== slot.mtimeMs) this.forget(slot);
    Object.assign(slot, { mtimeMs, checkedAt: this.options.now() });
    return mtimeMs >= 0;
  }

  async #load(slot: Slot, encoding: Encoding, urlPath: string): Promise<Variant | null> {
    for (;;) {
      const known = slot.variants[encoding];
      if (known !== undefined) return known;
      const { generation } = slot;
      const variant = await this.#read(slot, encoding, urlPath);
      // Replaced while it was read: what was read may be of two minds.
      if (slot.generation === generation) return variant;
    }
  }

  /** Who asks for what is being read gets that: of a page that a thousand watch, nobody reads a thousand copies. */
  async #read(slot: Slot, encoding: Encoding, urlPath: string): Promise<Variant | null> {
    const { generation } = slot;
    const begun = slot.reading[encoding];
    if (begun?.generation === generation) return begun.variant;
    const reading = { generation, variant: this.#fetch(slot, encoding, urlPath) };
    slot.reading[encoding] = reading;
    try {
      return await reading.variant;
    } finally {
      if (slot.reading[encoding] === reading) delete slot.reading[encoding];
    }
  }

  async #fetch(slot: Slot, encoding: Encoding, urlPath: string): Promise<Variant | null> {
    const { generation } = slot;
    const more = (await this.options.listHeaders(slot.slug, urlPath)) ?? {};
    const variant = await readVariant(this.pathOf(slot), encoding, slot.file, more);
    if (slot.generation !== generation) return variant;
    // One that is not there at all leaves nothing behind: nobody fills the memory with names.
    if (!variant && encoding === 'identity') this.#slots.delete(slot.key);
    else this.#keep(slot, encoding, variant);
    return variant;
  }

  #keep(slot: Slot, encoding: Encoding, variant: Variant | null): void {
    // It left, and another came in its place, while this was read: only one of them is told what was replaced.
    if ((this.#slots.get(slot.key) ?? slot) !== slot) return;
    slot.variants[encoding] = variant;
    const bytes = (variant?.body?.length ?? 0) + OVERHEAD_BYTES;
    slot.bytes += bytes;
    this.#bytes += bytes;
    this.reads++;
    this.#slots.set(slot.key, slot);
    this.#shrink(slot);
  }

  pathOf({ slug, file }: Slot): string {
    return join(this.options.root, 'p', slug, file);
  }

  isFresh(slot: Slot): boolean {
    return this.#own || this.options.now() - slot.checkedAt < FOREIGN_FRESH_MS;
  }

  touch(slot: Slot): void {
    // A map remembers the order of insertion: the oldest is the first.
    if (this.#bytes * 2 < CACHE_BYTES) return;
    this.#slots.delete(slot.key);
    this.#slots.set(slot.key, slot);
  }

  forget(slot: Slot): void {
    this.#bytes -= slot.bytes;
    slot.bytes = 0;
    slot.variants = {};
    slot.generation++;
  }

  #shrink(keep: Slot): void {
    for (const slot of this.#slots.values()) {
      if (this.#bytes <= CACHE_BYTES) return;
      if (slot === keep) continue;
      this.forget(slot);
      this.#slots.delete(slot.key);
    }
  }
}
