import http from 'node:http';

/** One answer, read to its end. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  /** The parsed body when it is JSON, else undefined. */
  body: unknown;
  /** Milliseconds from the first byte sent to the last byte read. */
  took: number;
  /** `clock()` when the request went out, and when the head of the answer arrived. */
  sentAt: number;
  answeredAt: number;
}

/** Milliseconds on a clock that never jumps and is the same in all threads of this process. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

/**
 * Sends one request and reads the answer. A body that is neither text nor bytes is sent as JSON. Redirects are not followed.
 * Rejects when the connection breaks: then nobody knows whether the server did what was asked. A question over a connection
 * that lay idle, and that the server closes in that very moment, is asked again.
 */
export function send(
  method: string,
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const isRaw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const payload = isRaw ? body : JSON.stringify(body);
  const all: Record<string, string> = { ...headers };
  if (payload !== undefined) {
    all['content-type'] ??= 'application/json';
    all['content-length'] = String(Buffer.byteLength(payload));
  }
  const sentAt = clock();
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: all, agent }, (response) => {
      const answeredAt = clock();
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('aborted', () => reject(new Error('the answer broke off')));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: parsed(response.headers['content-type'], text),
          took: clock() - sentAt,
          sentAt,
          answeredAt,
        });
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const mayAsk = method === 'GET' && request.reusedSocket && error.code === 'ECONNRESET';
      if (mayAsk) resolve(send(method, url, body, headers));
      else reject(error);
    });
    request.end(payload);
  });
}

function parsed(type: string | undefined, text: string): unknown {
  if (!type?.includes('json') || text === '') return undefined;
  return JSON.parse(text) as unknown;
}

/** The `X-Page-Revision` of an answer to a write, or null. */
export function revisionOf(answer: Answer): number | null {
  const value = answer.headers['x-page-revision'];
  return typeof value === 'string' ? Number(value) : null;
}
