/** What a route says of itself: enough to authorize it, to parse its input, and to write the OpenAPI document. */
import type { z } from 'zod';
import type { Credential } from '../auth/api-keys.ts';
import type { Scope } from '../auth/scopes.ts';
import type { Actor } from '../manage/command.ts';
import type { Services } from '../services.ts';
import type { Asked, Reply } from './asked.ts';

/** What a route of the API gets: as much of Astro's context as it may rely on. */
export interface RouteContext {
  request: Asked;
  params: Record<string, string | undefined>;
  clientAddress: string;
  locals: App.Locals;
}

export type RouteHandler = (context: RouteContext) => Promise<Response | Reply> | Response | Reply;

export interface PageRef {
  id: string;
  slug: string;
}

export interface Call<Body> {
  services: Services;
  /** Whoever asks; of public endpoints nobody. */
  actor: Actor;
  credential: Credential;
  /** The page in the path, already found to be the actor's. Empty where the path has none. */
  page: PageRef;
  params: Record<string, string>;
  query: URLSearchParams;
  body: Body;
  /** The body as it came, of an endpoint that takes an upload. */
  bytes: Buffer;
}

export interface Answer {
  status?: number;
  /** Absent with 204. */
  body?: unknown;
  /** Sent piece by piece instead of `body`. */
  stream?: { type: string; chunks: AsyncIterable<string> | Iterable<string>; fileName?: string };
  /** The page's revision after a write below it. */
  revision?: number;
  headers?: Record<string, string>;
  /** The page that `revision` is of, where the path names none. */
  pageId?: string;
  /** What a repetition by Idempotency-Key answers instead of `body`, when that holds a secret. */
  repeatedBody?: unknown;
}

/** A query parameter; those of lists come by themselves. */
export interface Parameter {
  name: string;
  description: string;
  choices?: readonly string[];
}

interface Described {
  /** A sentence without its full stop: "List the incidents of a page". */
  summary: string;
  /** Schema of the answer's body; absent with 204. */
  answer?: z.ZodType;
  /** A list: takes `page` and `per_page`, and these. */
  list?: Parameter[];
  /** What it takes in the query, where it is no list. */
  parameters?: Parameter[];
  /** The type of an answer that is not JSON. */
  answerType?: 'text/csv';
}

export interface Endpoint<Schema extends z.ZodType | undefined> extends Described {
  scope: Scope;
  /** False of what a key that is bound to some pages must not do. */
  mayBePageBound?: boolean;
  /** True of everything below `/pages/{page}/`. */
  page?: boolean;
  /** Reaches out of the house, or works in several transactions: not in one, also when it may be repeated. */
  outside?: boolean;
  body?: Schema;
  /** Takes a file instead of JSON, of so many bytes at most. */
  upload?: { type: 'text/csv'; bytes: number };
  /** Says whether what the path names is there, when the body is bad. @throws DomainError not_found */
  find?(call: Call<undefined>): Promise<unknown>;
  handle(call: Call<Schema extends z.ZodType ? z.output<Schema> : undefined>): Promise<Answer>;
}

export interface PublicEndpoint extends Described {
  handle(call: { services: Services; page: PageRef; query: URLSearchParams }): Promise<Answer>;
}

export interface VisitorCall<Body> {
  services: Services;
  page: PageRef;
  query: URLSearchParams;
  body: Body;
  /** Whom limits count for: an IPv4 address, or the /64 of an IPv6 one. */
  client: string;
}

/** What a visitor of a page does without an account. Takes JSON and forms. */
export interface VisitorEndpoint<Schema extends z.ZodType | undefined> extends Described {
  /** The status of its success. */
  status: 200 | 202 | 303;
  body?: Schema;
  /** May come without a body at all. */
  bodyOptional?: boolean;
  /** What it may answer besides what its body can be refused with. */
  failures?: number[];
  /** The fields of a form as the body's schema has them. */
  fromForm?(form: URLSearchParams | FormData): unknown;
  /** Where a form leads, below the page's root: a JSON answer is for programs. */
  leadsTo?: { done: string; failed: string };
  handle(call: VisitorCall<Schema extends z.ZodType ? z.output<Schema> : undefined>): Promise<Answer>;
}

export type AnyVisitorEndpoint = Omit<VisitorEndpoint<z.ZodType | undefined>, 'handle'> & {
  handle(call: VisitorCall<never>): Promise<Answer>;
};

/** An endpoint whose body may be anything: what is stored, and read by the OpenAPI document. */
export type AnyEndpoint = Omit<Endpoint<z.ZodType | undefined>, 'handle' | 'find'> & {
  handle(call: Call<never>): Promise<Answer>;
  find?(call: Call<undefined>): Promise<unknown>;
};

/** One that asks for no credentials: it gets or ends one. */
export interface OpenEndpoint<Schema extends z.ZodType | undefined> extends Described {
  body?: Schema;
  /** The statuses that it answers with besides those that all do. */
  statuses: readonly number[];
  handle(call: {
    context: RouteContext;
    services: Services;
    body: Schema extends z.ZodType ? z.output<Schema> : undefined;
  }): Promise<Answer>;
}

export type AnyOpenEndpoint = Omit<OpenEndpoint<z.ZodType | undefined>, 'handle'> & {
  handle(call: { context: RouteContext; services: Services; body: never }): Promise<Answer>;
};

export type Declared =
  | { kind: 'open'; endpoint: AnyOpenEndpoint }
  | { kind: 'management'; endpoint: AnyEndpoint }
  | { kind: 'public'; endpoint: PublicEndpoint }
  | { kind: 'visitor'; endpoint: AnyVisitorEndpoint };

/** A route that carries its declaration. */
export type DeclaredRoute = RouteHandler & { declared: Declared };

/** True of an export of a route module that was made by `endpoint()`, `publicEndpoint()` or `visitorEndpoint()`. */
export function isDeclared(route: unknown): route is DeclaredRoute {
  return typeof route === 'function' && 'declared' in route;
}

/** True of a GET that answers with one resource, which has an ETag. */
export function isDocument(declared: Declared): declared is Declared & { kind: 'management' } {
  return declared.kind === 'management' && !declared.endpoint.list && !declared.endpoint.answerType;
}
