/** What a route says of itself: enough to authorize it, to parse its input, and to write the OpenAPI document. */
import type { APIContext, APIRoute } from 'astro';
import type { z } from 'zod';
import type { Credential } from '../auth/api-keys.ts';
import type { Scope } from '../auth/scopes.ts';
import type { Actor } from '../manage/command.ts';
import type { Services } from '../services.ts';

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
}

export interface Answer {
  status?: number;
  /** Absent with 204. */
  body?: unknown;
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
}

export interface Endpoint<Schema extends z.ZodType | undefined> extends Described {
  scope: Scope;
  /** False of what a key that is bound to some pages must not do. */
  mayBePageBound?: boolean;
  /** True of everything below `/pages/{page}/`. */
  page?: boolean;
  /** Reaches out of the house: not in a transaction, also when it may be repeated. */
  outside?: boolean;
  body?: Schema;
  /** Says whether what the path names is there, when the body is bad. @throws DomainError not_found */
  find?(call: Call<undefined>): Promise<unknown>;
  handle(call: Call<Schema extends z.ZodType ? z.output<Schema> : undefined>): Promise<Answer>;
}

export interface PublicEndpoint extends Described {
  handle(call: { services: Services; page: PageRef; query: URLSearchParams }): Promise<Answer>;
}

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
    context: APIContext;
    services: Services;
    body: Schema extends z.ZodType ? z.output<Schema> : undefined;
  }): Promise<Answer>;
}

export type AnyOpenEndpoint = Omit<OpenEndpoint<z.ZodType | undefined>, 'handle'> & {
  handle(call: { context: APIContext; services: Services; body: never }): Promise<Answer>;
};

export type Declared =
  | { kind: 'open'; endpoint: AnyOpenEndpoint }
  | { kind: 'management'; endpoint: AnyEndpoint }
  | { kind: 'public'; endpoint: PublicEndpoint };

/** A route that carries its declaration. */
export type DeclaredRoute = APIRoute & { declared: Declared };

/** True of an export of a route module that was made by `endpoint()` or `publicEndpoint()`. */
export function isDeclared(route: unknown): route is DeclaredRoute {
  return typeof route === 'function' && 'declared' in route;
}
