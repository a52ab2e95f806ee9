/** A request and an answer as routes of the API have them: making Fetch's own of each costs more than many a write. */
import type { IncomingMessage } from 'node:http';

/** As much of a `Request` as a route of the API may read; its body comes by `locals.readBody`. */
export interface Asked {
  readonly method: string;
  /** Below PUBLIC_URL. */
  readonly url: string;
  readonly headers: Pick<Headers, 'get' | 'has'>;
}

/** A request that came in. */
export class AskedOfNode implements Asked {
  readonly method: string;
  readonly headers: Asked['headers'];

  constructor(
    private readonly req: IncomingMessage,
    readonly path: string,
    private readonly publicUrl: string,
  ) {
    this.method = req.method ?? 'GET';
    const valuesOf = (name: string) => req.headersDistinct[name.toLowerCase()];
    this.headers = {
      has: (name) => valuesOf(name) !== undefined,
      get: (name) => valuesOf(name)?.join(name.toLowerCase() === 'cookie' ? '; ' : ', ') ?? null,
    };
  }

  /** Scheme and host follow PUBLIC_URL, never a header. */
  get url(): string {
    return new URL(this.path, this.publicUrl).href;
  }

  /** For a page that Astro renders. */
  whole(): Request {
    const headers = new Headers();
    for (let place = 0; place < this.req.rawHeaders.length; place += 2) {
      try {
        headers.append(this.req.rawHeaders[place]!, this.req.rawHeaders[place + 1]!);
      } catch {
        // A header that Fetch refuses is one that no page reads.
      }
    }
    return new Request(this.url, { method: this.method, headers });
  }
}

/** An answer that is all there. */
export class Reply {
  constructor(
    readonly body: string | null,
    readonly status: number,
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  whole(): Response {
    return new Response(this.body, { status: this.status, headers: this.headers });
  }
}

/** An answer as Astro, and whoever looks into it, wants it. */
export function wholeAnswer(answer: Response | Reply): Response {
  return answer instanceof Reply ? answer.whole() : answer;
}
