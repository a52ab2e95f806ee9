/**
 * The two readers of the OpenAPI document that customers know, Swagger UI and ReDoc, served by us: nothing of them comes
 * from another host, and the policy lets nothing leave. Their files become part of the build.
 *
 * 1. Only who has a key or a session gets them; browsers are led to the sign-in. On a page's own domain they don't exist.
 * 2. "Try it out" asks this same host, with the session of who is signed in.
 */
import { authenticate } from './authenticate.ts';
import type { RouteContext, RouteHandler } from './declare.ts';
import { answering } from './endpoint.ts';
import { HttpError } from './errors.ts';

/** Both libraries write styles into the page; ReDoc makes its search a worker. Its maker's logo stays out. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface ReaderFile {
  type: 'text/javascript' | 'text/css';
  text(): Promise<string>;
}

export interface Reader {
  /** Like `/api/docs`. */
  path: string;
  title: string;
  body: string;
  files: Readonly<Record<string, ReaderFile>>;
}

const script = (load: () => Promise<{ default: string }>): ReaderFile => ({
  type: 'text/javascript',
  text: async () => (await load()).default,
});

/** Operations open when they are asked for, and no address leaves for a validator of others. */
const START_SWAGGER = `window.ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#reader',
  deepLinking: true,
  validatorUrl: null,
  docExpansion: 'none',
  presets: [SwaggerUIBundle.presets.apis],
});
`;
const START_REDOC = `Redoc.init('/api/openapi.json', { hideLoading: true, nativeScrollbars: true }, document.getElementById('reader'));
`;

const text = (code: string): ReaderFile => ({ type: 'text/javascript', text: async () => code });

export const SWAGGER_UI: Reader = {
  path: '/api/docs',
  title: 'API: Swagger UI',
  body: '<div id="reader"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script>',
  files: {
    'swagger-ui-bundle.js': script(() => import('swagger-ui-dist/swagger-ui-bundle.js?raw')),
    'swagger-ui.css': {
      type: 'text/css',
      text: async () => (await import('swagger-ui-dist/swagger-ui.css?raw')).default,
    },
    'start.js': text(START_SWAGGER),
  },
};

export const REDOC: Reader = {
  path: '/api/redoc',
  title: 'API: ReDoc',
  body: '<div id="reader"></div><script src="/api/redoc/redoc.standalone.js"></script><script src="/api/redoc/start.js"></script>',
  files: {
    'redoc.standalone.js': script(() => import('redoc/bundles/redoc.standalone.js?raw')),
    'start.js': text(START_REDOC),
  },
};

function pageOf({ path, title, body, files }: Reader): string {
  const styles = Object.keys(files)
    .filter((name) => name.endsWith('.css'))
    .map((name) => `<link rel="stylesheet" href="${path}/${name}">`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><meta name="robots" content="noindex"><link rel="icon" href="data:,">${styles.join('')}</head><body>${body}</body></html>\n`;
}

/** The route of a reader: its page, and below it the files that it needs. */
export function readerRoute(reader: Reader): { GET: RouteHandler; ALL: RouteHandler } {
  const GET: RouteHandler = async (context) => {
    let found: Response | null = null;
    const refusal = await answering(context, async () => {
      found = await read(context, reader);
      return { status: 204 };
    });
    return found ?? refusal;
  };
  const ALL: RouteHandler = (context) =>
    context.request.method === 'HEAD'
      ? GET(context)
      : answering(context, async () => {
          assertThere(context);
          const allow = { Allow: 'GET, HEAD, OPTIONS' };
          if (context.request.method === 'OPTIONS') return { status: 204, headers: allow };
          throw new HttpError(405, 'This path takes GET, HEAD, OPTIONS.', allow);
        });
  return { GET, ALL };
}

/** @throws HttpError 404 below the root of a page */
function assertThere({ locals }: RouteContext): void {
  if (locals.root.kind !== 'default') throw new HttpError(404, 'Not found.');
}

/** @throws HttpError 404, 401 */
async function read(context: RouteContext, reader: Reader): Promise<Response> {
  assertThere(context);
  const { file: name } = context.params;
  const { headers } = context.request;
  const isPage = name === undefined || name === '';
  const asked = headers.has('authorization') || headers.has('x-api-key');
  if (
    isPage &&
    !asked &&
    (headers.get('accept') ?? '').includes('text/html') &&
    !(await isSignedIn(context))
  ) {
    const { publicUrl } = context.locals.services;
    const location = `${publicUrl}/console/sign-in/?${new URLSearchParams({ to: reader.path })}`;
    return new Response(null, { status: 303, headers: { Location: location, 'Cache-Control': 'no-store' } });
  }
  await authenticate(context, '');
  if (isPage) return answerOf(pageOf(reader), 'text/html');
  const file = Object.hasOwn(reader.files, name) ? reader.files[name] : undefined;
  if (!file) throw new HttpError(404, 'Not found.');
  return answerOf(await file.text(), file.type);
}

async function isSignedIn({ request, locals }: RouteContext): Promise<boolean> {
  return locals.isOwnHost && (await locals.services.sessions.find(request.headers.get('cookie'))) !== null;
}

function answerOf(body: string, type: string): Response {
  return new Response(body, {
    headers: {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': POLICY,
      'Cache-Control': 'no-store',
    },
  });
}
