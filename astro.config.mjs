import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import { build } from 'vite';

/**
 * The node adapter in middleware mode, with our own process entry: Astro's server bundle takes the adapter's
 * `serverEntrypoint` as its entry, so that endpoints, publisher, workers and commands share their module instances.
 */
function daymarkServer() {
  const adapter = node({ mode: 'middleware' });
  const configDone = adapter.hooks['astro:config:done'];
  return {
    ...adapter,
    hooks: {
      ...adapter.hooks,
      'astro:build:start': assertDeclared,
      'astro:config:done': (hook) =>
        configDone({
          ...hook,
          setAdapter: (chosen) =>
            hook.setAdapter({
              ...chosen,
              serverEntrypoint: new URL('./src/server.ts', import.meta.url).pathname,
            }),
        }),
    },
  };
}

/** Every route of the API is made by `resource()`, which takes declared endpoints alone: one that is not fails the build. */
function assertDeclared() {
  const root = fileURLToPath(new URL('./src/pages/api/v1/', import.meta.url));
  for (const path of globSync('**/*.ts', { cwd: root })) {
    const text = readFileSync(root + path, 'utf8');
    const exported = text.match(/^export .*/gm) ?? [];
    if (exported.length !== 1 || !/^export const \{ [A-Z, ]+ \} = resource\(/.test(exported[0])) {
      throw new Error(`src/pages/api/v1/${path} must export what resource() makes, and nothing else.`);
    }
  }
}

/** Changes when anything changes that decides what published files look like: then all pages are published again. */
function templateHash() {
  const root = fileURLToPath(new URL('./src/', import.meta.url));
  const hash = createHash('sha256');
  const folders = '{client,render,components,layouts,styles,text,pages/render,snapshot,domain}';
  // What the page about the API is made from.
  const api =
    '{http/{answers,openapi,public-operations,schema-words}*,pages/api/v1/*.ts,pages/api/v1/subscribers/*}';
  for (const path of globSync([`${folders}/**/*.*`, api], {
    cwd: root,
    exclude: (path) => /console/i.test(path),
  }).sort()) {
    hash.update(path).update(readFileSync(root + path));
  }
  return hash.digest('hex').slice(0, 16);
}

/** `import script from './page.ts?script'` is that module with all that it imports, as the text of an inline script. */
function inlineScripts() {
  const suffix = '?script';
  return {
    name: 'daymark:inline-scripts',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(suffix)) return null;
      const entry = id.slice(0, -suffix.length);
      const [built] = await build({
        configFile: false,
        logLevel: 'warn',
        build: {
          write: false,
          target: 'es2022',
          lib: { entry, formats: ['iife'], name: 'daymark' },
        },
      });
      const code = built.output[0].code.trim();
      if (/<[!/]/.test(code)) throw new Error(`${entry} holds what would end its own element.`);
      return `export default ${JSON.stringify(code)}`;
    },
  };
}

export default defineConfig({
  output: 'server',
  adapter: daymarkServer(),
  session: false,
  trailingSlash: 'ignore',
  build: { inlineStylesheets: 'always' },
  compressHTML: true,
  devToolbar: { enabled: false },
  // Our own rule stands in src/http/endpoint.ts: Astro's would refuse a DELETE with a key and an RFC 8058 form post.
  security: { checkOrigin: false },
  vite: {
    plugins: [inlineScripts()],
    // Unbundled, drizzle costs 110 MB and 0.7 s at every start. What is native stays external.
    ssr: { noExternal: ['drizzle-orm'] },
    define: { __TEMPLATE__: JSON.stringify(templateHash()) },
    // The built executable also runs on the Node 20 that a machine may have.
    build: { target: 'node20' },
  },
});
