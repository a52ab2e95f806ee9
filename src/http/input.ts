import type { z } from 'zod';
import type { Issue } from '../domain/errors.ts';
import { parseJson } from './body.ts';
import { HttpError, validationError } from './errors.ts';

const JSON_BODY_BYTES = 256 * 1024;

/** The bytes of a JSON body. @throws HttpError 413, 415, in that order */
export async function readJsonBytes(
  request: Request,
  readBody: (limit: number) => Promise<Buffer>,
): Promise<Buffer> {
  const bytes = await readBody(JSON_BODY_BYTES);
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json *(; *charset="?utf-8"? *)?$/i.test(type.trim())) {
    throw new HttpError(415, 'Send the body as Content-Type: application/json.');
  }
  return bytes;
}

/** A JSON body as the schema has it. @throws HttpError 400, 422 */
export function parseInput(bytes: Buffer, schema: z.ZodType): unknown {
  const parsed = schema.safeParse(parseJson(bytes), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw validationError(parsed.error.issues.flatMap(issuesOf));
}

/** What zod complains of, in the contract's form. */
export function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  const loc = ['body', ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      loc: [...loc, key],
      msg: 'There is no such field.',
      type: 'extra_forbidden',
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [
    { loc, msg: missing ? 'This field is required.' : issue.message, type: missing ? 'missing' : issue.code },
  ];
}
