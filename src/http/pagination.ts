import { time } from '../domain/input.ts';
import { HttpError } from './errors.ts';

export interface Paging {
  page: number;
  perPage: number;
}

const DEFAULT_PER_PAGE = 100;
const MOST_PER_PAGE = 500;
const LAST_PAGE = 1_000_000;

/** One value of a parameter; given twice it means nothing. @throws HttpError 400 */
export function single(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name);
  if (values.length > 1) throw new HttpError(400, `The parameter ${name} is given more than once.`);
  return values[0] ?? null;
}

function whole(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const text = single(query, name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1 || value > most) {
    throw new HttpError(400, `The parameter ${name} must be a whole number from 1 to ${most}.`);
  }
  return value;
}

/** `page` and `per_page` (contract, section 5). @throws HttpError 400 */
export function pagingOf(query: URLSearchParams): Paging {
  return {
    page: whole(query, 'page', 1, LAST_PAGE),
    perPage: whole(query, 'per_page', DEFAULT_PER_PAGE, MOST_PER_PAGE),
  };
}

/** One of some words, in any case of letters. @throws HttpError 400 */
export function choiceOf<T extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly T[],
): T | null {
  const text = single(query, name);
  if (text === null) return null;
  const choice = choices.find((one) => one === text.toLowerCase());
  if (!choice) throw new HttpError(400, `The parameter ${name} must be one of ${choices.join(', ')}.`);
  return choice;
}

/**
 * `X-Total-Count` and `Link` (RFC 8288) of one page of a list. Targets are relative references: they hold from any host.
 *
 * @param others further parameters, to be kept
 */
export function listHeaders(
  total: number,
  { page, perPage }: Paging,
  others: Record<string, string | null> = {},
): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / perPage));
  const to = (number: number, rel: string) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(others)) if (value !== null) query.set(name, value);
    query.set('page', String(number));
    query.set('per_page', String(perPage));
    return `<?${query}>; rel="${rel}"`;
  };
  const links = [to(1, 'first'), to(last, 'last')];
  if (page > 1) links.push(to(Math.min(page - 1, last), 'prev'));
  if (page < last) links.push(to(page + 1, 'next'));
  return { 'X-Total-Count': String(total), ...(last > 1 || page > 1 ? { Link: links.join(', ') } : {}) };
}

/** Where a page of a list lies in it. */
export function sliceOf({ page, perPage }: Paging): { limit: number; offset: number } {
  return { limit: perPage, offset: (page - 1) * perPage };
}

/** A point in time with an offset, in milliseconds. @throws HttpError 400 */
export function timeOf(query: URLSearchParams, name: string): number | null {
  const text = single(query, name);
  if (text === null) return null;
  // In a query a plus sign that was not encoded arrives as a blank.
  const parsed = time.safeParse(text.replace(' ', '+'));
  if (!parsed.success)
    throw new HttpError(400, `The parameter ${name} must be a time like 2026-02-28T06:30:00+00:00.`);
  return Date.parse(parsed.data);
}
