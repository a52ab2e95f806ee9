import { DomainError, type Issue, TooManyError } from '../domain/errors.ts';

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
  return new HttpError(500, `Something went wrong on our side. Request id: ${requestId}`);
}

export function validationError(issues: Issue[]): HttpError {
  return new HttpError(422, issues);
}

/** The answer's body: `{ "detail": … }`. */
export function errorBody(error: HttpError): string {
  return `${JSON.stringify({ detail: error.detail })}\n`;
}
