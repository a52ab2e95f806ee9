/**
 * How a libSQL server is asked. What holds here:
 *
 * 1. No question waits for ever: a server that hangs is as good as one that is gone.
 * 2. Whatever keeps an answer from coming is one error, which the edge knows.
 */
import { UnavailableError } from '../src/domain/errors.ts';

/** So long one question may take, in milliseconds. */
const PATIENCE_MS = 10_000;
/** What a proxy in front of the server says for it. */
const AWAY = new Set([502, 503, 504]);

/** The libSQL server can't be reached, or does not answer. */
export class DatabaseAwayError extends UnavailableError {
  constructor(options?: ErrorOptions) {
    super('The database server can not be reached. Try again in a moment.', options);
  }
}

/** `fetch` for a client of a libSQL server. @throws DatabaseAwayError when the whole answer is not here in time */
export async function remoteFetch(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const body = await answer.arrayBuffer();
    if (AWAY.has(answer.status)) throw new Error(`HTTP status ${answer.status}`);
    return new Response(body, { status: answer.status, headers: answer.headers });
  } catch (error) {
    throw new DatabaseAwayError({ cause: error });
  }
}
