/** One thing that is wrong with the input (contract, section 6). */
export interface Issue {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** What the rules refuse. The edge maps the kind to a status code. */
export class DomainError extends Error {
  // Not as parameters of the constructor: scripts of the tests, which Node runs as they are, come by here.
  readonly kind: 'malformed' | 'not_found' | 'conflict' | 'invalid' | 'forbidden' | 'precondition';
  readonly issues: Issue[];

  constructor(kind: DomainError['kind'], message: string, issues: Issue[] = []) {
    super(message);
    this.kind = kind;
    this.issues = issues;
  }
}

/** Too often. The edge answers 429 with `Retry-After`. */
export class TooManyError extends Error {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What is needed does not answer now, and will again. The edge answers 503 with `Retry-After`, and the message. */
export class UnavailableError extends Error {}

/** A published file that the disk does not give: it may be there, so nobody is told that it is not. */
export class UnreadableError extends UnavailableError {
  constructor(options: ErrorOptions) {
    super('What is published can not be read at the moment. Try again in a moment.', options);
  }
}

/** Not there, or not yours: the two can't be told apart. */
export function notFound(what: string): DomainError {
  return new DomainError('not_found', `${what} not found.`);
}

/** The state does not allow it now, or the name is taken. */
export function conflict(detail: string): DomainError {
  return new DomainError('conflict', detail);
}

/** The body names something that can't be. `loc` begins below `body`. */
export function invalid(loc: (string | number)[], msg: string, type = 'value_error'): DomainError {
  return new DomainError('invalid', msg, [{ loc: ['body', ...loc], msg, type }]);
}

/** @param loc where the ids stand in the body */
export function notOnPage(
  ids: readonly string[],
  place: number,
  loc: 'components' | 'component_ids',
): DomainError {
  return invalid(
    [loc, place, ...(loc === 'components' ? ['id'] : [])],
    `There is no component ${ids[place]} on this page.`,
    'not_found',
  );
}

/** An error, and what it was wrapped around. */
export function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error; cause instanceof Error; cause = cause.cause as unknown) yield cause;
}

/** What passes, in what it was wrapped in: of a failed query only the cause says why. */
export function unavailableIn(error: unknown): UnavailableError | undefined {
  return [...causesOf(error)].find((cause) => cause instanceof UnavailableError);
}

/** What is said of an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
