/**
 * What a database says when it can't take a change now, or can't be read, in the words of the edge. What holds here:
 *
 * 1. Whatever comes of the surroundings (a lock, a disk, a network) is an `UnavailableError`: it passes, and nobody's
 *    request was wrong.
 * 2. "Nothing was changed" is said only where that is known.
 */
import { LibsqlError } from '@libsql/client';
import { causesOf, UnavailableError } from '../src/domain/errors.ts';
import { DatabaseAwayError } from './remote-fetch.ts';

/** The database stayed locked by another process for longer than `busyTimeout`. Nothing was written. */
export class DatabaseBusyError extends UnavailableError {
  constructor(options?: ErrorOptions) {
    super('The database is locked by another process. Nothing was changed; try again in a moment.', options);
  }
}

/**
 * The transaction ended before its COMMIT: a server's stream was silent for too long, or SQLite rolled it back by itself.
 * Nothing was written.
 */
export class TransactionEndedError extends UnavailableError {
  constructor(options?: ErrorOptions) {
    super(
      'The database gave the change up before it was saved. Nothing was changed; try again in a moment.',
      options,
    );
  }
}

/** The disk does not take what is written. */
export class DatabaseUnwritableError extends UnavailableError {}

/** The disk does not give what is read, or what it gives is no database. */
export class DatabaseUnreadableError extends UnavailableError {}

/** The database was lost in the middle of a COMMIT. */
export class OutcomeUnknownError extends UnavailableError {
  constructor(options?: ErrorOptions) {
    super(
      'The database was lost while it saved the change: it may be saved, or not. Look before you send it again, or send it with the same Idempotency-Key.',
      options,
    );
  }
}

/**
 * What the surroundings do, by what SQLite says of it. A read that the disk refuses is said to be a damaged file: SQLite
 * turns EIO, ENXIO and ERANGE into SQLITE_CORRUPT, and a head of the file that could not be read into SQLITE_NOTADB.
 */
const TROUBLES: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'The disk of the database is full.',
  SQLITE_IOERR: 'The disk of the database fails.',
  SQLITE_READONLY: 'The database can only be read now.',
  SQLITE_CANTOPEN: 'The database can not be opened now.',
  SQLITE_PERM: 'The database can not be opened now.',
  SQLITE_CORRUPT: 'The disk of the database fails, or its file is damaged.',
  SQLITE_NOTADB: 'The disk of the database fails, or its file is damaged.',
  SQLITE_NOMEM: 'There is no memory left for the database.',
  SQLITE_PROTOCOL: 'The database is locked by another process.',
};

/** The base code of SQLite, or what a server says instead. */
function* codesOf(error: unknown): Generator<string> {
  for (const cause of causesOf(error))
    if (cause instanceof LibsqlError) yield /^SQLITE_[A-Z]+/.exec(cause.code)?.[0] ?? cause.code;
}

/** True of an error that says that somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  return [...codesOf(error)].some((code) => code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED');
}

/** True of an error that says that the server can't be reached. */
export function isAway(error: unknown): boolean {
  return [...causesOf(error)].some((cause) => cause instanceof DatabaseAwayError);
}

/** True of an error that comes of the database's surroundings, and not of what it was asked. */
export function isPassing(error: unknown): boolean {
  return (
    isBusy(error) || isTroubled(error) || [...causesOf(error)].some((one) => one instanceof UnavailableError)
  );
}

/** True of an error after which a connection is not to be used any more: what it holds in memory may be half read. */
export function isTroubled(error: unknown): boolean {
  return [...codesOf(error)].some((code) => code in TROUBLES);
}

function isHalfWritten(error: unknown): boolean {
  return [...causesOf(error)].some(
    (cause) => cause instanceof LibsqlError && cause.extendedCode === 'SQLITE_IOERR_WRITE',
  );
}

/** True of an error after which nothing of an open transaction can be saved any more. */
export function endsTransaction(error: unknown): boolean {
  if (isTroubled(error)) return true;
  return [...causesOf(error)].some(
    (cause) =>
      cause instanceof DatabaseAwayError ||
      cause instanceof DatabaseBusyError ||
      cause instanceof TransactionEndedError,
  );
}

/**
 * What is to be said to those whose change was not saved.
 *
 * @param committing true when it happened in the middle of the COMMIT
 */
export function asTold(error: unknown, committing: boolean): unknown {
  if (error instanceof UnavailableError)
    return committing && error instanceof DatabaseAwayError
      ? new OutcomeUnknownError({ cause: error })
      : error;
  const code = troubleIn(error);
  if (code === undefined) return error;
  // What was written but not forced to disk may come back after a crash; what was not even written does not.
  const isForced = code === 'SQLITE_IOERR' || code === 'SQLITE_CORRUPT';
  if (committing && isForced && !isHalfWritten(error)) return new OutcomeUnknownError({ cause: error });
  return new DatabaseUnwritableError(`${TROUBLES[code]} Nothing was changed; try again later.`, {
    cause: error,
  });
}

/** What is to be said to those who only read. */
export function asToldToReaders(error: unknown): unknown {
  const code = troubleIn(error);
  if (code === undefined) return error;
  return new DatabaseUnreadableError(`${TROUBLES[code]} Try again in a moment.`, { cause: error });
}

function troubleIn(error: unknown): string | undefined {
  return [...codesOf(error)].find((one) => one in TROUBLES);
}
