/**
 * A small stand-in for an S3 store, for machines without a real one. It checks signatures and conditions as Amazon's
 * does, lists in pages, and can be told to fail.
 */
import { createHash } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { freePort } from '../server/free-port.ts';
import { refusalOf } from './signature.ts';

export interface StoredObject {
  body: Buffer;
  etag: string;
  headers: http.IncomingHttpHeaders;
}

/** One request that reached the store. */
export interface Seen {
  method: string;
  key: string;
  headers: http.IncomingHttpHeaders;
}

/** What becomes of a request instead: no answer before or after it took effect, or a status. */
export type Fault = 'lost' | 'unanswered' | number;

export interface FakeStore {
  endpoint: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  objects: Map<string, StoredObject>;
  seen: Seen[];
  /** Asked of each request; may wait. */
  fault: ((request: Seen) => Fault | null | undefined | Promise<Fault | null | undefined>) | null;
  /** Compares `If-Match` with the ETag without its quotes, as some stores do. */
  unquoted: boolean;
  /** Refuses a key below another, as some stores do. */
  strict: boolean;
  stop(): Promise<void>;
}

const PAGE = 7;

/** @param known the port of a store that comes back */
export async function startFakeStore(known?: number, before?: FakeStore): Promise<FakeStore> {
  const server = http.createServer((request, response) => {
    void receive(store, request, response);
  });
  const port = known ?? (await freePort());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const store: FakeStore = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'status-pages',
    accessKey: 'AKIDTEST',
    secretKey: 'a secret/with+signs',
    objects: before?.objects ?? new Map(),
    seen: before?.seen ?? [],
    fault: null,
    unquoted: false,
    strict: false,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return store;
}

async function receive(store: FakeStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '', 'http://store.invalid');
  const [, bucket, ...rest] = url.pathname.split('/').map(decodeURIComponent);
  const seen = { method: request.method ?? '', key: rest.join('/'), headers: request.headers };
  store.seen.push(seen);
  const refusal = refusalOf(request, body, store);
  if (refusal) return refuse(response, 403, refusal);
  if (bucket !== store.bucket) return refuse(response, 404, 'NoSuchBucket');
  const fault = (await store.fault?.(seen)) ?? null;
  if (fault === 'lost') return void response.destroy();
  if (typeof fault === 'number') return refuse(response, fault, 'InternalError');
  if (seen.key === '') return list(store, url.searchParams, response);
  const effect = effectOf(store, seen, body);
  if (fault === 'unanswered') return void response.destroy();
  if (effect.code) return refuse(response, effect.status, effect.code);
  response.writeHead(effect.status, effect.object ? { etag: effect.object.etag } : {});
  response.end(seen.method === 'GET' ? effect.object?.body : undefined);
}

interface Effect {
  status: number;
  code?: string;
  object?: StoredObject;
}

function effectOf(store: FakeStore, { method, key, headers }: Seen, body: Buffer): Effect {
  const there = store.objects.get(key);
  if (method === 'GET') return there ? { status: 200, object: there } : { status: 404, code: 'NoSuchKey' };
  if (method === 'DELETE') {
    store.objects.delete(key);
    return { status: 204 };
  }
  const etag = there && (store.unquoted ? there.etag.replaceAll('"', '') : there.etag);
  const wanted = headers['if-match'];
  if (wanted !== undefined && !there) return { status: 404, code: 'NoSuchKey' };
  if (wanted !== undefined && wanted !== etag) return { status: 412, code: 'PreconditionFailed' };
  if (headers['if-none-match'] === '*' && there) return { status: 412, code: 'PreconditionFailed' };
  const inTheWay = [...store.objects.keys()].some(
    (one) => one.startsWith(`${key}/`) || key.startsWith(`${one}/`),
  );
  if (store.strict && inTheWay) return { status: 400, code: 'XMinioParentIsObject' };
  const object = { body, etag: `"${createHash('md5').update(body).digest('hex')}"`, headers };
  store.objects.set(key, object);
  return { status: 200, object };
}

function list(store: FakeStore, query: URLSearchParams, response: ServerResponse): void {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const after = query.get('continuation-token') ?? '';
  const nameOf = (key: string) => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end < 0 ? key : key.slice(0, end + 1);
  };
  const names = [...new Set([...store.objects.keys()].filter((key) => key.startsWith(prefix)).map(nameOf))];
  const left = names.sort().filter((name) => name > after);
  const page = left.slice(0, PAGE);
  const more = left.length > PAGE;
  const parts = page.map((name) => {
    const object = store.objects.get(name);
    return object
      ? `<Contents><Key>${encodeURIComponent(name)}</Key><ETag>&quot;${object.etag.replaceAll('"', '')}&quot;</ETag></Contents>`
      : `<CommonPrefixes><Prefix>${encodeURIComponent(name)}</Prefix></CommonPrefixes>`;
  });
  const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${parts.join('')}</ListBucketResult>`,
  );
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}
