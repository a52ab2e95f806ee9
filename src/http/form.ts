/** A form of the console: what was sent, what is wrong with it, and what stands in its fields. */
import type { APIContext } from 'astro';
import type { z } from 'zod';
import { DomainError, type Issue, TooManyError, unavailableIn } from '../domain/errors.ts';
import { readFields } from './console.ts';
import { HttpError, logFailure, RETRY_AFTER_S } from './errors.ts';
import { issuesOf } from './input.ts';

type Page = Pick<APIContext, 'locals' | 'request'> & {
  response: { status?: number | undefined; headers?: Headers };
};

/** What a field's component takes. */
export interface FieldProps {
  name: string;
  value: string;
  error: string | null;
}

export class Form {
  readonly #errors = new Map<string, string>();
  /** What is wrong, and no field's matter. */
  readonly problems: string[] = [];

  constructor(
    private readonly page: Page,
    private readonly fields: FormData | null,
  ) {}

  /** True when the page was asked for by its form. */
  get sent(): boolean {
    return this.fields !== null;
  }

  /** True when something is wrong. */
  get failed(): boolean {
    return this.#errors.size > 0 || this.problems.length > 0;
  }

  /** Which of several buttons was pressed: the value of the one called `name`. */
  pressed(name: string): string | null {
    return this.sent ? this.text(name) || null : null;
  }

  /** The text of a field, without blanks around it; empty when it is not there. */
  text(name: string): string {
    return this.raw(name).trim();
  }

  /** As it was typed: for passwords. Line ends are LF. */
  raw(name: string): string {
    const value = this.fields?.get(name);
    return typeof value === 'string' ? value.replace(/\r\n?/g, '\n') : '';
  }

  /**
   * True when what stood there as the form was printed, kept in the hidden field `name`, is not what is stored now:
   * somebody else was faster. Line ends do not count, since browsers change them.
   */
  isOutdated(name: string, stored: string): boolean {
    return this.raw(name) !== stored.replace(/\r\n?/g, '\n');
  }

  /** All values of a field that can be there more than once: boxes that are ticked. */
  all(name: string): string[] {
    return (this.fields?.getAll(name) ?? []).filter((value) => typeof value === 'string');
  }

  /** Whether a box is ticked: as it was sent, else as `stored`. */
  isTicked(name: string, value: string, stored = false): boolean {
    return this.sent ? this.all(name).includes(value) : stored;
  }

  /** All that was sent but files, in its order. */
  entries(): [name: string, value: string][] {
    const sent = [...(this.fields ?? [])];
    return sent.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  }

  /** A file that was sent, or null without one. */
  file(name: string): File | null {
    const value = this.fields?.get(name);
    return value instanceof File && value.size > 0 ? value : null;
  }

  /** The props of a field's component: what was typed stays, what is stored stands there before. */
  field(name: string, stored: string | number | null = ''): FieldProps {
    const value = this.sent ? this.raw(name) : String(stored ?? '');
    return { name, value, error: this.errorOf(name) };
  }

  errorOf(name: string): string | null {
    return this.#errors.get(name) ?? null;
  }

  /** Says what is wrong; without a field of the form as a whole. The page answers 422. */
  fail(message: string, field?: string): void {
    if (field === undefined || !this.fields?.has(field)) {
      if (!this.problems.includes(message)) this.problems.push(message);
    }
    if (field !== undefined && !this.#errors.has(field)) this.#errors.set(field, message);
    this.page.response.status = 422;
  }

  /**
   * Does what the form is for. What the schema or the verb refuses is said beside its fields (`components[0].id` is
   * said beside `components`), or above the form.
   *
   * @returns what `work` returned, or null when the page is to be shown again
   * @throws what is no matter of the form's, like not_found
   */
  async attempt<Schema extends z.ZodType, T>(
    schema: Schema,
    input: unknown,
    work: (input: z.output<Schema>) => Promise<T>,
  ): Promise<T | null> {
    const parsed = schema.safeParse(input, { reportInput: true });
    if (!parsed.success) {
      this.#refuse(parsed.error.issues.flatMap(issuesOf));
      return null;
    }
    return this.does(() => work(parsed.data));
  }

  /** As `attempt`, where there is no input to look at. */
  async does<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!this.#isOurs(error)) throw error;
      return null;
    }
  }

  /** Runs what reads the form; what it refuses is said beside its fields. @returns null then */
  guard<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!this.#isOurs(error)) throw error;
      return null;
    }
  }

  #isOurs(error: unknown): boolean {
    if (error instanceof HttpError && Array.isArray(error.detail)) {
      this.#refuse(error.detail as Issue[]);
      return true;
    }
    if (error instanceof TooManyError) {
      this.fail(error.message);
      this.page.response.status = 429;
      return true;
    }
    const unavailable = unavailableIn(error);
    if (unavailable) {
      // The page is read again for what was typed; where that fails too, the page for errors follows.
      this.fail(unavailable.message);
      this.page.response.status = 503;
      this.page.response.headers?.set('Retry-After', String(RETRY_AFTER_S));
      logFailure(this.page.locals.services.log, this.page.locals.requestId, error, 503);
      return true;
    }
    if (!(error instanceof DomainError) || error.kind === 'not_found') return false;
    if (error.issues.length > 0) this.#refuse(error.issues);
    else this.fail(error.message);
    return true;
  }

  #refuse(issues: readonly Issue[]): void {
    for (const { loc, msg } of issues) {
      const field = loc.slice(1).find((part) => typeof part === 'string');
      this.fail(msg, typeof field === 'string' ? field : undefined);
    }
  }
}

/**
 * The form of a page: of a POST what was sent, else empty.
 *
 * @param limit bytes that may be sent
 * @throws HttpError 400, 413, 415; the page for errors follows
 */
export async function readForm(page: Page, limit?: number): Promise<Form> {
  const isSent = page.request.method === 'POST' && !page.locals.console?.interrupted;
  return new Form(page, isSent ? await readFields(page, limit) : null);
}

const CARRIED = 'carried:';

/** What the sign-in carries along of a form whose session was over. */
export function carriedFields(form: Form): [name: string, value: string][] {
  return form
    .entries()
    .filter(([name]) => name.startsWith(CARRIED))
    .map(([name, value]) => [name.slice(CARRIED.length), value]);
}
