import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/auth/scopes.ts';
import { type ApiDocument, documentOf, type Operation, operationsOf } from '../fixtures/operations.ts';
import { ask } from '../fixtures/raw-http.ts';
import { type Daymark, ROOT, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

let daymark: Daymark;
let whole: ApiDocument;
let everyones: ApiDocument;
let operations: Operation[];
beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  whole = await documentOf(daymark);
  everyones = await documentOf(daymark, false);
  operations = operationsOf(whole);
});
afterAll(() => daymark.stop());

describe('A standard linter', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daymark-openapi-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['the whole document', () => whole],
    ['the part for everyone', () => everyones],
  ])('has nothing to say about %s', (_what, document) => {
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document()));
    const program = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
    const args = [program, 'lint', 'openapi.json', '--extends', 'recommended', '--format', 'json'];
    // In a folder without a configuration there are no exceptions.
    const done = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
    const { problems, totals } = JSON.parse(done.stdout) as { problems: unknown[]; totals: object };
    expect(problems).toEqual([]);
    expect([totals, done.status]).toEqual([{ errors: 0, warnings: 0, ignored: 0 }, 0]);
  });
});

describe('The document', () => {
  test('is OpenAPI 3.1', () => {
    expect(whole.openapi).toMatch(/^3\.1\./);
  });

  test('holds every file below src/pages/api with every method that it has', () => {
    // What is not an answer of the API: its list of routes, and the pages that show the document.
    const files = globSync('src/pages/api/**/*.ts', { cwd: ROOT }).filter(
      (file) => !/\/_|\[\.\.\./.test(file),
    );
    expect(files.length).toBeGreaterThan(20);
    const expected = files.flatMap((file) => {
      const path = `/${file.slice('src/pages/'.length)}`
        .replace(/(\/index)?\.ts$/, '')
        .replace(/\[(\w+)\]/g, '{$1}');
      const text = readFileSync(join(ROOT, file), 'utf8');
      const exported = /export const \{([^}]+)\} = resource/.exec(text)?.[1] ?? 'GET';
      const methods = exported.split(',').map((method) => method.trim());
      return methods.filter((method) => method !== 'ALL').map((method) => `${method} ${path}`);
    });
    const held = operations.map(({ method, path }) => `${method} ${path}`);
    expect(expected.filter((one) => !held.includes(one))).toEqual([]);
  });

  test('names every scope there is an endpoint for', () => {
    const named = new Set(operations.flatMap(({ scope }) => scope ?? []));
    expect([...named].sort()).toEqual([...SCOPES].sort());
  });

  test('says of everything managed what it fails with', () => {
    for (const { scope, method, path, body, responses } of operations.filter((one) => one.scope !== null)) {
      const statuses = Object.keys(responses);
      const always = ['401', '403', '500', '503', ...(body ? ['400', '413', '415', '422'] : [])];
      const behindAPath = path.includes('{') ? ['404'] : [];
      expect([method, path, scope, statuses]).toEqual([
        method,
        path,
        scope,
        expect.arrayContaining([...always, ...behindAPath]),
      ]);
    }
  });

  test('offers If-Match exactly where there is an ETag, and Idempotency-Key on every POST', async () => {
    const readable = new Set(
      operations
        .filter(
          ({ method, responses }) => method === 'GET' && JSON.stringify(responses['200']).includes('ETag'),
        )
        .map(({ path }) => path),
    );
    for (const { method, path, scope, parameters } of operations) {
      const names = parameters.filter((one) => one.in === 'header').map(({ name }) => name);
      if (scope === null || method === 'GET') expect(names).toEqual([]);
      else {
        expect([method, path, names.includes('Idempotency-Key')]).toEqual([method, path, method === 'POST']);
        expect([method, path, names.includes('If-Match')]).toEqual([
          method,
          path,
          method !== 'POST' && readable.has(path),
        ]);
      }
    }
  });

  test('shows strangers the public part alone', () => {
    const paths = Object.keys(everyones.paths);
    expect(paths).toContain('/api/v1/status');
    expect(paths.filter((path) => /\/(pages|api-keys|audit-events)/.test(path))).toEqual([]);
    expect(JSON.stringify(everyones)).not.toMatch(/x-scope|ApiKey|AuditEvent|Template|securitySchemes/);
  });

  test('is refused to a key that is not valid, and to other methods, in JSON', async () => {
    const wrong = { authorization: `Bearer sk_live_${'x'.repeat(24)}` };
    const refused = await daymark.api('GET', '/api/openapi.json', undefined, wrong);
    expect([refused.status, refused.body]).toEqual([401, { detail: expect.any(String) }]);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await daymark.api(method, '/api/openapi.json', {});
      expect([answer.status, answer.body]).toEqual([405, { detail: expect.any(String) }]);
      expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
    }
    expect((await daymark.api('HEAD', '/api/openapi.json')).status).toBe(200);
    expect((await daymark.api('OPTIONS', '/api/openapi.json')).status).toBe(204);
  });

  test('on a page’s own domain is the public part, also for who has a key', async () => {
    await daymark.api('POST', '/api/v1/pages', { name: 'Own', domain: 'own.example.org' });
    await runCli(['domains', 'allow', 'own.example.org'], { DATA_DIR: daymark.dataDir });
    const at = () =>
      ask(daymark.url, 'GET /api/openapi.json', [
        'Host: own.example.org',
        `Authorization: Bearer ${daymark.key}`,
      ]);
    await until(async () => !(await at()).text.includes('x-scope'), 'the domain routes');
    expect(JSON.parse((await at()).text)).toMatchObject({ openapi: '3.1.0' });
  });
});
