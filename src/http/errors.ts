import type { Logger } from 'pino';
import { causesOf, DomainError, type Issue, TooManyError, unavailableIn } from '../domain/errors.ts';

/** An answer that is not the one asked for, in the contract's form (section 6). */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly detail: unknown,
    readonly headers: Record<string, string> = {},
  ) {
    super(typeof detail === 'string' ? detail : `HTTP ${status}`);
  }
}

/** When a database that is away may be asked for again, in seconds. */
export const RETRY_AFTER_S = 2;

const STATUS_OF: Record<DomainError['kind'], number> = {
  malformed: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition: 412,
  invalid: 422,
};

/** The one mapper: what is not known here is a 500 that says nothing but its request id. */
export function toHttpError(error: unknown, requestId: string): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof DomainError) {
    return new HttpError(STATUS_OF[error.kind], error.kind === 'invalid' ? error.issues : error.message);
  }
  if (error instanceof TooManyError) {
    return new HttpError(429, error.message, { 'Retry-After': String(Math.ceil(error.retryAfterMs / 1000)) });
  }
  const unavailable = unavailableIn(error);
  if (unavailable) return new HttpError(503, unavailable.message, { 'Retry-After': String(RETRY_AFTER_S) });
  return new HttpError(500, `Something went wrong on our side. Request id: ${requestId}`);
}

/** Writes down what went wrong on our side; what is only away needs no stack. */
export function logFailure(log: Logger, requestId: string, error: unknown, status: number): void {
  if (status < 500) return;
  const [said, ...causes] = [...causesOf(error)];
  // What a failed query is wrapped in holds the query with its values, and says nothing of why.
  const why = [...causesOf(unavailableIn(error) ?? error)].map(String);
  if (status === 503) log.warn({ request: requestId, error: why.join(': ') }, 'request refused for now');
  else
    log.error(
      { request: requestId, error: said?.stack ?? String(error), causes: causes.map(String) },
      'request failed',
    );
}

export function validationError(issues: Issue[]): HttpError {
  return new HttpError(422, issues);
}

/** The answer's body: `{ "detail": … }`. */
export function errorBody(error: HttpError): string {
  return `${JSON.stringify({ detail: error.detail })}\n`;
}
