/** One operation of an OpenAPI document as a reference shows it. */
import { type Code, codeFor, type Prints, type RequestExample } from './code.ts';
import { type ApiDocument, type Listed, nameOf, type Operation, resolved, type Schema } from './document.ts';
import { fieldsHtml, fieldsOf, parameterView, sampleOf } from './fields.ts';
import { codeHtml, excerptHtml, jsonHtml, sentenceHtml } from './markup.ts';

export interface OperationView {
  /** For links to it, and unique on the page. */
  id: string;
  title: string;
  method: string;
  path: string;
  textHtml: string;
  lists: { title: string; html: string }[];
  /** What it answers with when that is told elsewhere on the page. */
  answers: string | null;
  failures: string;
  code: (Code & { html: string })[];
  answer: { title: string; live: boolean; type: string; html: string };
}

/** What only the caller knows of an operation: addresses, ids that are there, and what it answers now. */
export interface Surroundings {
  /** Before the path. */
  base(listed: Listed): string;
  /** What stands for `{name}` in a path. */
  parameter(listed: Listed, name: string): string;
  /** A body that works, where the schema's sample does not. */
  body?(listed: Listed): unknown;
  /** The query of the example, with its question mark. */
  query?(listed: Listed): string;
  csv?(listed: Listed): string | undefined;
  credential(listed: Listed): RequestExample['credential'];
  /** What it answers right now: JSON or the text of a file; undefined where that can't be said. */
  live?(listed: Listed): unknown;
  /** True where the fields of the answer are told once for all operations. */
  toldApart?: boolean;
}

const KINDS = { path: 'Path parameters', query: 'Query parameters', header: 'Request headers' } as const;
const EXCERPT_LINES = 8;

export function operationView(document: ApiDocument, listed: Listed, around: Surroundings): OperationView {
  const { path, method, operation } = listed;
  const [status, response] = Object.entries(operation.responses).find(([code]) => /^2/.test(code)) ?? [
    '204',
    null,
  ];
  const [type, content] = Object.entries(response?.content ?? {})[0] ?? ['', null];
  const schema = type === 'application/json' && content ? content.schema : null;
  const live = around.live?.(listed);
  const answer = live ?? (schema ? sampleOf(document, schema) : undefined);
  const body = operation.requestBody?.content['application/json']?.schema;
  const csv = around.csv?.(listed);
  const sent = body && (around.body?.(listed) ?? sampleOf(document, body));
  const code = codeFor({
    title: operation.summary,
    method,
    url: around.base(listed) + filled(listed, around) + (around.query?.(listed) ?? ''),
    credential: around.credential(listed),
    ...(sent === undefined ? {} : { body: sent }),
    ...(csv === undefined ? {} : { csv }),
    leadsOn: method === 'GET' && '303' in operation.responses,
    prints: printsOf(document, schema, type, live),
  });
  const apart = around.toldApart === true && schema !== null;
  return {
    id: operation.operationId,
    title: operation.summary,
    method,
    path,
    textHtml: sentenceHtml(operation.description ?? ''),
    lists: listsOf(document, operation, apart ? null : schema),
    answers: apart ? answersWith(schema) : null,
    failures: Object.keys(operation.responses)
      .filter((code) => Number(code) >= 400)
      .join(', '),
    code: code.map((one) => ({ ...one, html: codeHtml(one.text) })),
    answer: {
      title: status,
      live: live !== undefined,
      type,
      html:
        answer === undefined
          ? ''
          : typeof answer === 'string'
            ? excerptHtml(answer, EXCERPT_LINES)
            : jsonHtml(answer),
    },
  };
}

const made = new WeakMap<Operation, OperationView['lists']>();

/** What it takes, and what it answers unless that is told elsewhere. @param answer of what it answers with */
function listsOf(document: ApiDocument, operation: Operation, answer: Schema | null): OperationView['lists'] {
  const known = made.get(operation);
  if (known) return known;
  const body = operation.requestBody?.content['application/json']?.schema;
  const lists = (Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) => ({
    title: KINDS[kind] as string,
    fields: (operation.parameters ?? [])
      .filter((parameter) => parameter.in === kind)
      .map((parameter) => parameterView(document, parameter)),
  }));
  if (body) lists.push({ title: 'Body', fields: fieldsOf(document, body, true) });
  if (answer) lists.push({ title: 'Response fields', fields: fieldsOf(document, answer, false) });
  const told = lists
    .filter(({ fields }) => fields.length > 0)
    .map(({ title, fields }) => ({ title, html: fieldsHtml(fields) }));
  made.set(operation, told);
  return told;
}

function filled(listed: Listed, around: Surroundings): string {
  return listed.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => around.parameter(listed, name));
}

/** `Incident`, or `list of Incident`. */
function answersWith(schema: Schema): string | null {
  const item = schema.items ? nameOf(schema.items) : null;
  return item ? `a list of ${item}` : nameOf(schema);
}

/** The fields by which a program tells one thing from another, the best first. */
const TELLING = ['name', 'title', 'email', 'url', 'event', 'action', 'date', 'body', 'state'];
const ONE = [
  'status',
  'name',
  'title',
  'email',
  'url',
  'event',
  'manage_token',
  'revision',
  'detail',
  'rule',
  'body',
];

function printsOf(document: ApiDocument, schema: Schema | null, type: string, live: unknown): Prints {
  if (!schema) return { kind: type === '' || type === 'text/html' ? 'status' : 'text' };
  const whole = resolved(document, schema);
  if (whole.items) {
    const { properties = {} } = resolved(document, whole.items);
    const name = TELLING.find((key) => key in properties);
    const fields = [name, 'status' in properties ? 'status' : undefined].filter((key) => key !== undefined);
    return fields.length > 0 ? { kind: 'list', fields } : { kind: 'text' };
  }
  const { properties = {} } = whole;
  if (properties.page) return { kind: 'field', path: ['page', 'name'] };
  const key = ONE.find((one) => one in properties) ?? Object.keys(properties)[0];
  if (key === undefined) return { kind: 'field', path: ['openapi'] };
  const value = (live as Record<string, unknown> | undefined)?.[key];
  return { kind: 'field', path: [key], ...(typeof value === 'string' && value.length < 40 ? { value } : {}) };
}
