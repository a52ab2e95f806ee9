/**
 * Signed requests to one bucket of an S3-compatible store. What holds here:
 *
 * 1. A request is tried once. Whether to try again, and what to find out before, is for the caller to say.
 * 2. Right before each write leaves, `mayWrite` is asked: a process that was frozen and wakes up sends nothing more.
 * 3. No more than so many requests are under way, and none takes longer than its time.
 */
import { createHash } from 'node:crypto';
import type { AwsClient } from 'aws4fetch';

const AT_ONCE = 16;
const REQUEST_MS = 15_000;

export interface Bucket {
  bucket: string;
  /** An origin; null for Amazon's own. */
  endpoint: string | null;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface S3Answer {
  status: number;
  /** As it came, with its quotes. */
  etag: string | null;
  body: Buffer;
}

/** The store refused a request, or could not be reached. */
export class S3Error extends Error {
  constructor(
    message: string,
    /** 0 when there was no answer. */
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface Listed {
  keys: { key: string; etag: string }[];
  folders: string[];
}

export class S3Client {
  readonly #base: string;
  #signer: Promise<AwsClient> | null = null;
  #free = AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly options: Bucket,
    private readonly mayWrite: () => void,
  ) {
    const { endpoint, bucket, region } = options;
    this.#base = endpoint
      ? `${endpoint}/${encodeURIComponent(bucket)}`
      : `https://${bucket}.s3.${region}.amazonaws.com`;
  }

  /** @returns null when there is nothing @throws S3Error */
  async get(key: string): Promise<S3Answer | null> {
    const answer = await this.#send('GET', key);
    return answer.status === 404 ? null : accepted(answer, 'GET', key);
  }

  /** The answer as it came, 412 and 5xx too. @throws S3Error when there is none */
  put(key: string, body: Buffer, headers: Record<string, string>): Promise<S3Answer> {
    return this.#send('PUT', key, { body, headers });
  }

  /** What is not there is gone already. @throws S3Error */
  async delete(key: string): Promise<void> {
    const answer = await this.#send('DELETE', key);
    if (answer.status !== 404) accepted(answer, 'DELETE', key);
  }

  /** All keys below a prefix; with `delimiter` what lies deeper is named by its folder alone. @throws S3Error */
  async list(prefix: string, delimiter?: '/'): Promise<Listed> {
    const { XMLParser } = await import('fast-xml-parser');
    const parser = new XMLParser({
      isArray: (name) => name === 'Contents' || name === 'CommonPrefixes',
      parseTagValue: false,
    });
    const found: Listed = { keys: [], folders: [] };
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix, 'encoding-type': 'url' });
      if (delimiter) query.set('delimiter', delimiter);
      if (token) query.set('continuation-token', token);
      const { body } = accepted(await this.#send('GET', '', { query }), 'list', prefix);
      const { ListBucketResult: page } = parser.parse(body.toString('utf8')) as {
        ListBucketResult: ListPage;
      };
      for (const { Key, ETag } of page.Contents ?? [])
        found.keys.push({ key: decodeKey(Key), etag: bareTag(ETag ?? '') });
      for (const { Prefix } of page.CommonPrefixes ?? []) found.folders.push(decodeKey(Prefix));
      token = page.IsTruncated === 'true' ? page.NextContinuationToken : undefined;
    } while (token);
    return found;
  }

  async #send(
    method: string,
    key: string,
    {
      body,
      headers = {},
      query,
    }: { body?: Buffer; headers?: Record<string, string>; query?: URLSearchParams } = {},
  ): Promise<S3Answer> {
    await this.#turn();
    try {
      const path = key.split('/').map(encodeSegment).join('/');
      const url = `${this.#base}/${path}${query ? `?${query}` : ''}`;
      this.#signer ??= this.#makeSigner();
      const signer = await this.#signer;
      const payload = createHash('sha256')
        .update(body ?? '')
        .digest('hex');
      const request = await signer.sign(url, {
        method,
        headers: { ...headers, 'x-amz-content-sha256': payload },
        ...(body ? { body: new Uint8Array(body) } : {}),
      });
      const signal = AbortSignal.timeout(REQUEST_MS);
      // Nothing may come between this question and the request.
      if (method !== 'GET') this.mayWrite();
      const response = await fetch(request, { signal, redirect: 'error' });
      const content = Buffer.from(await response.arrayBuffer());
      return { status: response.status, etag: response.headers.get('etag'), body: content };
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
      throw new S3Error(`${method} ${key}: ${reasonOf(error)}`, 0, { cause: error });
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resume) => this.#waiting.push(resume));
    this.#free--;
  }

  async #makeSigner(): Promise<AwsClient> {
    const { AwsClient } = await import('aws4fetch');
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.options;
    return new AwsClient({
      ...{ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 },
      ...(sessionToken ? { sessionToken } : {}),
    });
  }
}

interface ListPage {
  Contents?: { Key: string; ETag?: string }[];
  CommonPrefixes?: { Prefix: string }[];
  IsTruncated?: string;
  NextContinuationToken?: string;
}

/** Hexadecimal, without quotes. */
export function bareTag(etag: string): string {
  return etag.replace(/^W\//, '').replace(/&quot;|"/g, '');
}

/** @throws S3Error with what the store says */
export function accepted(answer: S3Answer, did: string, key: string): S3Answer {
  if (answer.status < 300) return answer;
  const code = /<Code>([^<]*)<\/Code>/.exec(answer.body.toString('utf8'))?.[1];
  throw new S3Error(`${did} ${key}: ${answer.status}${code ? ` ${code}` : ''}`, answer.status);
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodeKey(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${REQUEST_MS / 1000} s`;
  const cause = error.cause as (Error & { code?: string }) | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
