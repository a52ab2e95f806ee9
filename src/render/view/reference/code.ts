/** One request in three languages. The text can be run as it stands: the tests do. */

/** What a program says of the answer. */
export type Prints =
  | { kind: 'field'; path: string[]; value?: string }
  | { kind: 'list'; fields: string[] }
  | { kind: 'text' }
  | { kind: 'status' };

export interface RequestExample {
  /** The comment above it. */
  title: string;
  method: string;
  url: string;
  /** From where the key comes is said in the text: a variable, never the key itself. */
  credential: 'none' | 'key' | { cookie: string; origin: string };
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as CSV. */
  csv?: string;
  prints: Prints;
  /** Leads on to another address. */
  leadsOn?: boolean;
}

export interface Code {
  language: 'cURL' | 'Python' | 'JavaScript';
  text: string;
}

/** Where examples find the key, and the cookie of a session. */
export const KEY_VARIABLE = 'DAYMARK_API_KEY';
export const SESSION_VARIABLE = 'DAYMARK_SESSION';
/** How a program for Node names its environment: theirs, not ours. */
const NODE_ENVIRONMENT = ['process', 'env'].join('.');

export function codeFor(request: RequestExample): Code[] {
  return [
    { language: 'cURL', text: curl(request) },
    { language: 'Python', text: python(request) },
    { language: 'JavaScript', text: javascript(request) },
  ];
}

type Headers = [name: string, value: string, variable: string | null][];

/** Each header with the variable that its value ends with. */
function headersOf({ credential, headers = {}, csv }: RequestExample): Headers {
  const list: Headers = [];
  if (credential === 'key') list.push(['Authorization', 'Bearer ', KEY_VARIABLE]);
  else if (credential !== 'none') {
    list.push(['Cookie', `${credential.cookie}=`, SESSION_VARIABLE], ['Origin', credential.origin, null]);
  }
  if (csv !== undefined) list.push(['Content-Type', 'text/csv', null]);
  return [...list, ...Object.entries(headers).map(([name, value]): Headers[number] => [name, value, null])];
}

/** In single quotes nothing means anything to a shell but the quote. */
const shellQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(request: RequestExample): string {
  const { title, method, url, body, csv, leadsOn } = request;
  const parts = [
    `curl${leadsOn ? ' -L' : ''}${method === 'GET' ? '' : ` -X ${method}`} ${/[?&{}]/.test(url) ? shellQuoted(url) : url}`,
  ];
  for (const [name, value, variable] of headersOf(request)) {
    parts.push(variable ? `-H "${name}: ${value}$${variable}"` : `-H ${shellQuoted(`${name}: ${value}`)}`);
  }
  if (body !== undefined) {
    parts.push(`-H 'Content-Type: application/json'`, `-d ${shellQuoted(literal(body, JSON_WORDS))}`);
  }
  if (csv !== undefined) parts.push(`--data-binary ${shellQuoted(csv)}`);
  return `# ${title}\n${parts.join(' \\\n  ')}`;
}

function python(request: RequestExample): string {
  const { method, url, body, csv, prints } = request;
  const headers = headersOf(request);
  const variables = headers.some(([, , variable]) => variable);
  const values = headers.map(
    ([name, value, variable]) =>
      `"${name}": ${variable ? `f"${value}{os.environ['${variable}']}"` : JSON.stringify(value)}`,
  );
  const lines = [
    ...(variables ? ['import os'] : []),
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    `    ${[
      JSON.stringify(url),
      ...(values.length > 0 ? [`headers={${values.join(', ')}}`] : []),
      ...(body === undefined ? [] : [`json=${indented(literal(body, PYTHON_WORDS), 4)}`]),
      ...(csv === undefined ? [] : [`data=${JSON.stringify(csv)}`]),
    ].join(',\n    ')}`,
    ')',
    ...said(prints, {
      field: (path, value) => [
        'data = response.json()',
        `print(data${path.map((key) => `["${key}"]`).join('')})${value === undefined ? '' : `  # ${JSON.stringify(value)}`}`,
      ],
      list: (fields) => [
        'for item in response.json():',
        `    print(${fields.length === 1 ? `item["${fields[0]}"]` : `f"${fields.map((key) => `{item['${key}']}`).join(': ')}"`})`,
      ],
      text: ['print(response.text)'],
      status: ['print(response.status_code)'],
    }),
  ];
  return lines.join('\n');
}

function javascript(request: RequestExample): string {
  const { method, url, body, csv, prints } = request;
  const headers: string[] = headersOf(request).map(
    ([name, value, variable]) =>
      `${/^\w+$/.test(name) ? name : `"${name}"`}: ${variable ? `\`${value}\${${NODE_ENVIRONMENT}.${variable}}\`` : JSON.stringify(value)}`,
  );
  if (body !== undefined) headers.push('"Content-Type": "application/json"');
  const options = [
    ...(method === 'GET' ? [] : [`method: "${method}"`]),
    ...(headers.length > 0 ? [`headers: { ${headers.join(', ')} }`] : []),
    ...(body === undefined ? [] : [`body: JSON.stringify(${indented(literal(body, JSON_WORDS), 2)})`]),
    ...(csv === undefined ? [] : [`body: ${JSON.stringify(csv)}`]),
  ];
  const called =
    options.length === 0
      ? `fetch(\n  ${JSON.stringify(url)}\n)`
      : `fetch(${JSON.stringify(url)}, {\n  ${options.join(',\n  ')}\n})`;
  const lines = [
    `const response = await ${called};`,
    ...said(prints, {
      field: (path, value) => [
        'const data = await response.json();',
        `console.log(data.${path.join('.')});${value === undefined ? '' : ` // ${JSON.stringify(value)}`}`,
      ],
      list: (fields) => [
        'for (const item of await response.json()) {',
        `  console.log(${fields.length === 1 ? `item.${fields[0]}` : `\`${fields.map((key) => `\${item.${key}}`).join(': ')}\``});`,
        '}',
      ],
      text: ['console.log(await response.text());'],
      status: ['console.log(response.status);'],
    }),
  ];
  return lines.join('\n');
}

interface Said {
  field(path: string[], value: string | undefined): string[];
  list(fields: string[]): string[];
  text: string[];
  status: string[];
}

function said(prints: Prints, how: Said): string[] {
  if (prints.kind === 'field') return how.field(prints.path, prints.value);
  return prints.kind === 'list' ? how.list(prints.fields) : how[prints.kind];
}

interface Words {
  true: string;
  false: string;
  null: string;
}
const JSON_WORDS: Words = { true: 'true', false: 'false', null: 'null' };
const PYTHON_WORDS: Words = { true: 'True', false: 'False', null: 'None' };
/** What is longer than that is set in lines. */
const LINE = 60;

/** JSON as a person would write it: on one line while it is short. */
function literal(value: unknown, words: Words): string {
  if (value === null || value === undefined) return words.null;
  if (typeof value === 'boolean') return value ? words.true : words.false;
  if (typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => literal(one, words))
    : Object.entries(value).map(([key, one]) => `"${key}": ${literal(one, words)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const line = `${open}${parts.join(', ')}${close}`;
  if (line.length <= LINE && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `  ${indented(part, 2)}`).join(',\n')}\n${close}`;
}

/** Every line but the first, so far to the right. */
const indented = (text: string, by: number) => text.replaceAll('\n', `\n${' '.repeat(by)}`);
