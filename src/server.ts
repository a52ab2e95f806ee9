/** The process entry: one executable for server, workers and commands, so that they share their modules. */
import { createApp } from 'astro/app/entrypoint';
import { runCommandLine } from './cli/main.ts';
import type { RunApp } from './http/serve.ts';
import type { PrintPage } from './render/renderer.ts';

const app = createApp({ streaming: false });

/** Prints one page of `src/pages/render/`. @throws Error when the page fails */
const printPage: PrintPage = async (path, print) => {
  const locals = { print } as App.Locals;
  const response = await app.render(new Request(`http://render.invalid${path}`), { locals });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path} could not be rendered (${response.status}).`);
  return text;
};

const runApp: RunApp = async (request, locals, clientAddress) => {
  const routeData = app.match(request);
  if (!routeData) return null;
  return app.render(request, { locals, clientAddress, routeData, addCookieHeader: true });
};

await runCommandLine(process.argv.slice(2), process.env, { printPage, runApp, template: __TEMPLATE__ });
