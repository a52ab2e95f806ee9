/** Every kind of place that pages are published to, with a way to look at what lies there that is not the target's own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetAddress } from '../../src/config/publish-to.ts';
import type { Target } from '../../src/publish/target.ts';
import { targetAt } from '../../src/services/targets.ts';
import { freshDataDir } from '../server/daymark.ts';
import { type FakeStore, startFakeStore } from './fake.ts';

export interface Place {
  /** A publisher's view of the place; each call makes another one's. */
  target(mayWrite?: () => void): Target;
  /** What a reader gets for a file, null for what is not there. */
  read(slug: string, path: string): Promise<string | null>;
  /** How many files of a page lie there. */
  count(slug: string): Promise<number>;
  stop(): Promise<void>;
}

const now = () => Date.now();

export async function folder(): Promise<Place> {
  const path = freshDataDir();
  const page = (slug: string) => join(path, 'p', slug);
  return {
    target: (mayWrite = () => undefined) => targetAt({ kind: 'folder', path }, { now, mayWrite }),
    async read(slug, file) {
      return existsSync(join(page(slug), file)) ? readFileSync(join(page(slug), file), 'utf8') : null;
    },
    async count(slug) {
      if (!existsSync(page(slug))) return 0;
      const entries = readdirSync(page(slug), { recursive: true, withFileTypes: true });
      return entries.filter((one) => one.isFile() && !/\.(br|gz)$/.test(one.name)).length;
    },
    stop: async () => undefined,
  };
}

/** The address of a bucket with a prefix of its own. */
export function addressOf(
  store: Pick<FakeStore, 'endpoint' | 'bucket' | 'accessKey' | 'secretKey'>,
  more: { prefix?: string; suffixed?: boolean } = {},
): TargetAddress {
  const { prefix = 'some/where', suffixed = false } = more;
  return {
    ...{ kind: 's3', name: `s3://${store.bucket}/${prefix}`, prefix, suffixed, region: 'us-east-1' },
    ...{ bucket: store.bucket, endpoint: store.endpoint, sessionToken: undefined },
    ...{ accessKeyId: store.accessKey, secretAccessKey: store.secretKey },
  };
}

/** The key of a file, as the contract has it (section 3). */
export function keyOf(slug: string, path: string, suffixed = false): string {
  const key = suffixed ? path : path.replace(/^(api\/v1\/.*?)(\.json|(?<=rss|atom)\.xml)$/, '$1');
  return `some/where/p/${slug}/${key}`;
}

export function fakePlace(trait: 'plain' | 'unquoted' | 'strict'): () => Promise<Place> {
  return async () => {
    const store = await startFakeStore();
    const suffixed = trait === 'strict';
    Object.assign(store, { unquoted: trait === 'unquoted', strict: suffixed });
    const below = (slug: string) => `some/where/p/${slug}/`;
    return {
      target: (mayWrite = () => undefined) => targetAt(addressOf(store, { suffixed }), { now, mayWrite }),
      async read(slug, path) {
        return store.objects.get(keyOf(slug, path, suffixed))?.body.toString() ?? null;
      },
      async count(slug) {
        return [...store.objects.keys()].filter((key) => key.startsWith(below(slug))).length;
      },
      stop: () => store.stop(),
    };
  };
}
