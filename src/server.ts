/** The process entry: one executable for server, workers and commands, so that they share their modules. */
import { setFlagsFromString } from 'node:v8';
import { createApp } from 'astro/app/entrypoint';
import { runCommandLine } from './cli/main.ts';
import type { AskedOfNode } from './http/asked.ts';
import type { RouteHandler } from './http/declare.ts';
import type { RunApp } from './http/run-route.ts';
import { giveBack } from './publish/give-back.ts';
import { Aside } from './render/aside.ts';
import type { PrintPage } from './render/renderer.ts';

// The young generation stays as it is after the start: let grow, it holds 90 MB under load that nothing needs.
setFlagsFromString('--semi-space-growth-factor=1');

const app = createApp({ streaming: false });

/** Prints one page of `src/pages/render/`. @throws Error when the page fails */
const printPage: PrintPage = async (path, print, take) => {
  const aside = new Aside();
  const locals = { print, aside: aside.put } as App.Locals;
  const response = await app.render(new Request(`http://render.invalid${path}`), { locals });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  if (response.status !== 200) throw new Error(`${path} could not be rendered (${response.status}).`);
  const [first, second] = chunks;
  const frame =
    first && !second ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(chunks);
  const page = aside.filled(frame);
  const taken = take(page);
  for (const bytes of [...chunks, page]) giveBack(bytes);
  return taken;
};

/** The modules of the API by their files below `src`, and those that were asked for. */
const api = import.meta.glob<Record<string, RouteHandler>>('./pages/api/**/*.ts');
const loaded = new Map<string, Record<string, RouteHandler>>();

async function loadApi(component: string): Promise<Record<string, RouteHandler> | null> {
  const known = loaded.get(component);
  if (known) return known;
  const module = await api[component.replace(/^src\//, './')]?.();
  if (module) loaded.set(component, module);
  return module ?? null;
}

type Matched = ReturnType<typeof app.match>;
/** Paths whose routes are known: they follow from the path alone. */
const routes = new Map<string, Matched>();
const MOST_KNOWN = 1_000;
const LONGEST_KNOWN = 300;

function matched(request: AskedOfNode): Matched {
  const { path } = request;
  const known = routes.get(path);
  if (known) return known;
  const found = app.match(request.whole());
  if (routes.size >= MOST_KNOWN) routes.clear();
  if (found && path.length <= LONGEST_KNOWN) routes.set(path, found);
  return found;
}

/**
 * Astro finds the route. A page is rendered by it; a route of the API, which reads the request, its parameters and our
 * locals alone, is called at once: what Astro prepares for pages costs more than many a write.
 */
const runApp: RunApp = async (request, locals, clientAddress) => {
  const routeData = matched(request);
  if (!routeData) return null;
  const module = loaded.get(routeData.component) ?? (await loadApi(routeData.component));
  const found = module && routeData.pattern.exec(decodeURI(request.path));
  const handler = module?.[request.method] ?? module?.ALL;
  if (found && handler) {
    const params = Object.fromEntries(
      routeData.params.map((name, place) => [name.replace('...', ''), found[place + 1]]),
    );
    return handler({ request, params, clientAddress, locals });
  }
  return app.render(request.whole(), { locals, clientAddress, routeData, addCookieHeader: true });
};

await runCommandLine(process.argv.slice(2), process.env, { printPage, runApp, template: __TEMPLATE__ });
