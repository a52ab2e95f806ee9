import type { z } from 'zod';
import type { Issue } from '../domain/errors.ts';
import type { Asked } from './asked.ts';
import { parseJson } from './body.ts';
import { HttpError, validationError } from './errors.ts';

const JSON_BODY_BYTES = 256 * 1024;

/** The bytes of a JSON body. @throws HttpError 413, 415, in that order */
export async function readJsonBytes(
  request: Asked,
  readBody: (limit: number) => Promise<Buffer>,
): Promise<Buffer> {
  const bytes = await readBody(JSON_BODY_BYTES);
  assertType(request, 'application/json');
  return bytes;
}

/** The bytes of a file in UTF-8. @throws HttpError 413, 415, in that order */
export async function readUpload(
  request: Asked,
  readBody: (limit: number) => Promise<Buffer>,
  { type, bytes: limit }: { type: string; bytes: number },
): Promise<Buffer> {
  const bytes = await readBody(limit);
  assertType(request, type);
  return bytes;
}

function assertType(request: Asked, wanted: string): void {
  const [type = '', ...parameters] = (request.headers.get('content-type') ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every((one) => /^ *(charset="?utf-8"?|header=\w+)? *$/.test(one));
  if (type.trim() !== wanted || !isUtf8)
    throw new HttpError(415, `Send the body as Content-Type: ${wanted}.`);
}

/** The fields of a form; null when it is none. @throws HttpError 413, 400 */
export async function readForm(
  request: Asked,
  readBody: (limit: number) => Promise<Buffer>,
): Promise<URLSearchParams | FormData | null> {
  const type = request.headers.get('content-type') ?? '';
  if (!isForm(request)) return null;
  const bytes = await readBody(JSON_BODY_BYTES);
  if (!/^multipart/i.test(type)) return new URLSearchParams(bytes.toString('utf8'));
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'Content-Type': type } }).formData();
  } catch {
    throw new HttpError(400, 'The form can not be read.');
  }
}

/** True of what a browser sends for a form, or a mail provider for one click (RFC 8058). */
export function isForm(request: Asked): boolean {
  return /^(application\/x-www-form-urlencoded|multipart\/form-data) *(;|$)/i.test(
    request.headers.get('content-type') ?? '',
  );
}

/** A JSON body as the schema has it. @throws HttpError 400, 422 */
export function parseInput(bytes: Buffer, schema: z.ZodType): unknown {
  return checkInput(parseJson(bytes), schema);
}

/** @throws HttpError 422 */
export function checkInput(value: unknown, schema: z.ZodType): unknown {
  const parsed = schema.safeParse(value, { reportInput: true });
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
