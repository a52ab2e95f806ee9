/** Who may import whom, and what is kept in one place. The table of README.md ("Folders"), as a test. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('..', import.meta.url).pathname;

/**
 * What code of a zone may import besides its own zone: a zone, a file, or below `types` what it may name as a type.
 * A zone is `db`, a folder of `src`, or a file that lies right in `src`.
 */
const MAY: Record<string, { import: string[]; types?: string[] }> = {
  db: { import: ['src/domain'] },
  'src/domain': { import: [] },
  // Limits are counted in the transaction of what they limit.
  'src/manage': { import: ['src/domain', 'db', 'src/auth/limits'] },
  'src/snapshot': { import: ['src/domain', 'db'] },
  'src/text': { import: [], types: ['src/domain'] },
  // What is made on the way to a file is freed by one rule.
  'src/render': {
    import: ['src/domain', 'src/text', 'src/publish/give-back'],
    types: ['src/snapshot/schema', 'src/publish/giving-way'],
  },
  'src/publish': { import: [] },
  'src/notify': {
    import: ['src/domain', 'db', 'src/text', 'src/render/paths', 'src/render/mail', 'src/render/documents'],
  },
  'src/worker': {
    import: [
      'src/domain',
      'db',
      'src/manage',
      'src/snapshot',
      'src/text',
      'src/render',
      'src/publish',
      'src/notify',
    ],
  },
  'src/auth': { import: ['db', 'src/domain'] },
  'src/http': {
    import: ['src/auth', 'src/domain', 'src/text', 'src/render/paths'],
    types: ['src/manage', 'src/services'],
  },
  'src/pages': {
    import: [
      ...['src/http', 'src/manage', 'src/auth', 'src/domain', 'src/snapshot', 'src/render', 'src/text'],
      ...['src/components', 'src/layouts', 'src/styles'],
    ],
    types: ['src/services'],
  },
  'src/client': {
    import: ['src/text', 'src/render/view/bar-letters'],
    types: ['src/domain', 'src/render/view'],
  },
  'src/components': {
    import: ['src/layouts', 'src/styles', 'src/text', 'src/render/view'],
    types: ['src/domain'],
  },
  'src/layouts': {
    import: ['src/client', 'src/components', 'src/styles', 'src/text', 'src/render/view'],
    types: ['src/domain'],
  },
  'src/cli': {
    import: [
      ...['src/services', 'src/config', 'src/manage', 'src/auth', 'src/domain', 'src/http', 'db'],
      'src/render/pictures',
    ],
    types: ['src/render'],
  },
  'src/config': { import: [] },
  'src/services': {
    import: [
      ...['src/config', 'db', 'src/domain', 'src/manage', 'src/snapshot', 'src/render', 'src/publish'],
      ...['src/notify', 'src/worker', 'src/auth', 'src/http'],
    ],
  },
  'src/middleware': { import: ['src/http'] },
  'src/server': {
    import: ['src/cli', 'src/render/aside', 'src/publish/give-back'],
    types: ['src/http', 'src/render'],
  },
  // Declares what Astro's locals hold: types alone.
  'src/env.d': { import: [], types: ['src/services', 'src/http', 'src/render'] },
};

/** Packages that a zone may use. A zone that is not named here may use what it needs. */
const PACKAGES: Record<string, string[]> = {
  'src/domain': ['zod', 'uuid', 'temporal-polyfill', 'node:crypto'],
  'src/text': ['markdown-it', 'sanitize-html', 'temporal-polyfill'],
  'src/render': ['node:crypto'],
  'src/components': [],
  'src/layouts': [],
  'src/pages': ['astro'],
};

/** Ours, and that of the visitor's browser. */
const CLOCKS = ['src/services.ts', 'src/client/clock.ts'];

const TOP_LEVEL = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'astro.config.mjs', 'Dockerfile'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'src', 'db', 'public', 'test'],
];

interface Import {
  from: string;
  to: string;
  type: boolean;
}

const sources = globSync(['src/**/*.{ts,astro}', 'db/**/*.ts'], { cwd: ROOT }).sort();
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
/** Without comments: prose may name what code must not. */
const codeOf = (path: string) =>
  textOf(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');

const STATEMENT = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /import\s*\(\s*['"]([^'"]+)['"]\s*\)(\.[A-Z])?/g;

function importsOf(path: string): Import[] {
  const code = codeOf(path);
  const resolve = (to: string) =>
    to.startsWith('.') ? join(dirname(path), to.replace(/\?.*$/, '')).replace(/\.(ts|astro|css)$/, '') : to;
  return [
    ...[...code.matchAll(STATEMENT)].map(([, type, to = '']) => ({
      from: path,
      to: resolve(to),
      type: !!type,
    })),
    // `import('./a.ts').Name` stands where a type does.
    ...[...code.matchAll(DYNAMIC)].map(([, to = '', name]) => ({
      from: path,
      to: resolve(to),
      type: !!name,
    })),
  ];
}

function zoneOf(path: string): string {
  if (path.startsWith('db/')) return 'db';
  return path.split('/').slice(0, 2).join('/').replace(/\.ts$/, '');
}

const within = (path: string, allowed: readonly string[]) =>
  allowed.some((place) => path === place || path.startsWith(`${place}/`));

const imports = sources.flatMap(importsOf);
const ours = imports.filter(({ to }) => /^(src|db)\//.test(to));
const foreign = imports.filter(({ to }) => !/^(src|db)\//.test(to));
const asText = ({ from, to, type }: Import) => `${from} imports ${type ? 'the type of ' : ''}${to}`;

/** Files whose code holds what only some may, by name. */
const holding = (pattern: RegExp, except: readonly string[] = []) =>
  sources.filter((path) => !except.includes(path) && pattern.test(codeOf(path)));

describe('the map of the source', () => {
  test('was read', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.some((path) => path.endsWith('.astro'))).toBe(true);
    expect(ours.length).toBeGreaterThan(300);
  });

  test('names every folder there is', () => {
    expect([...new Set(sources.map(zoneOf))].filter((zone) => !MAY[zone])).toEqual([]);
  });

  test('has no folder for leftovers', () => {
    const names = sources.flatMap((path) => path.replace(/\.[^/]*$/, '').split('/'));
    expect(names.filter((name) => /^(utils?|lib|helpers?|common)$/.test(name))).toEqual([]);
  });

  test('has nothing at the top that the README does not explain', () => {
    const ignored = textOf('.gitignore')
      .split('\n')
      .map((line) => line.replace(/^\/|\/$/g, ''));
    const there = readdirSync(ROOT).filter((name) => !name.startsWith('.') && !ignored.includes(name));
    expect(there.filter((name) => !TOP_LEVEL.includes(name) && !name.endsWith('.log'))).toEqual([]);
  });
});

describe('imports', () => {
  test('lead only where the table lets them', () => {
    const wrong = ours.filter(({ from, to, type }) => {
      const zone = zoneOf(from);
      const may = MAY[zone];
      if (!may || zoneOf(to) === zone) return false;
      return !within(to, [...may.import, ...(type ? (may.types ?? []) : [])]);
    });
    expect(wrong.map(asText)).toEqual([]);
  });

  test('of the composition root and of the process entry are made by server and commands alone', () => {
    const real = ours.filter(({ to, type }) => !type && /^src\/(services|server)$/.test(to));
    expect(real.filter(({ from }) => !from.startsWith('src/cli/')).map(asText)).toEqual([]);
  });

  test('of packages stay away from where the rules, words and looks are', () => {
    const wrong = foreign.filter(({ from, to }) => {
      const allowed = PACKAGES[zoneOf(from)];
      return allowed && !within(to, allowed);
    });
    expect(wrong.map(asText)).toEqual([]);
  });
});

describe('one place each', () => {
  test('the clock is read by the composition root alone', () => {
    expect(holding(/\bDate\.now\(\)|\bnew Date\(\)|Temporal\.Now\b/, CLOCKS)).toEqual([]);
  });

  test('the environment is handed over by the process entry and read by src/config.ts', () => {
    const handOver = ['src/server.ts', 'src/cli/build-if-needed.ts', 'src/config.ts'];
    expect(holding(/\bprocess\.env\b/, handOver)).toEqual([]);
  });

  test('a revision rises where a change is concluded, and nowhere else', () => {
    expect(holding(/\brevision\b[^,;\n]*\+ *[1(]/, ['src/manage/command.ts'])).toEqual([]);
  });

  test('what has been published is recorded by the publisher alone', () => {
    expect(holding(/\bset\([^;]*\bpublishedRevision\b|\bset published_revision\b/)).toEqual([]);
    const records = ours.filter(({ to, type }) => !type && to === 'src/worker/publish-records');
    expect(new Set(records.map(({ from }) => from))).toEqual(new Set(['src/worker/publisher.ts']));
  });

  test('the database client is made by db alone', () => {
    const wrong = foreign.filter(
      ({ from, to }) => /^(@libsql\/|libsql$)/.test(to) && !from.startsWith('db/'),
    );
    expect(wrong.map(asText)).toEqual([]);
  });

  test('components do not wait, ask or loop over time', () => {
    const wait = /\bawait\b|\bfetch\(|\bsetTimeout\(|\bsetInterval\(/;
    expect(holding(wait).filter((path) => /^src\/(components|layouts)\//.test(path))).toEqual([]);
  });
});
