/** What operators and their machines ask: is it up, is it ready, how does it do. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Services } from '../services.ts';
import { addFigure } from './figures.ts';
import { addMailMetrics } from './mail-metrics.ts';
import { addTargetMetrics } from './target-metrics.ts';
import { addWebhookMetrics } from './webhook-metrics.ts';

const registries = new WeakMap<Services, Registry>();

/** @returns false when the path is none of these, or they are not on this host */
export async function answerOperations(
  services: Services,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<boolean> {
  if (path === '/healthz') return send(req, res, 200, { status: 'ok' });
  if (path === '/readyz') {
    const { ready, detail } = await services.readiness();
    return send(req, res, ready ? 200 : 503, mayLookInside(services, req) ? { ready, ...detail } : { ready });
  }
  if (path === '/metrics') {
    if (!mayLookInside(services, req))
      return send(
        req,
        res,
        401,
        { detail: 'Send the METRICS_TOKEN as a bearer token.' },
        { 'WWW-Authenticate': 'Bearer' },
      );
    const registry = registryOf(services);
    const text = await registry.metrics();
    res
      .writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' })
      .end(req.method === 'HEAD' ? undefined : text);
    return true;
  }
  return false;
}

function send(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): true {
  const text = `${JSON.stringify(body)}\n`;
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
    'Cache-Control': 'no-store',
    ...headers,
  });
  res.end(req.method === 'HEAD' ? undefined : text);
  return true;
}

/** A direct client on this machine, or one that knows the token. */
function mayLookInside({ config }: Services, req: IncomingMessage): boolean {
  const address = req.socket.remoteAddress ?? '';
  const local = address === '::1' || /^(::ffff:)?127\./.test(address);
  if (local && req.headers['x-forwarded-for'] === undefined && req.headers.forwarded === undefined)
    return true;
  const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (!config.metricsToken || !token) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(token), digest(config.metricsToken));
}

function registryOf(services: Services): Registry {
  const known = registries.get(services);
  if (known) return known;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'daymark_' });
  const add = (name: string, help: string, value: () => number | Promise<number>) =>
    addFigure(registry, name, help, value);
  const { publisher, site } = services;
  add('daymark_publishes_total', 'Publishes of pages that ended well.', () => publisher.stats.publishes);
  add('daymark_publish_failures_total', 'Publishes of pages that failed.', () => publisher.stats.failed);
  add(
    'daymark_publish_seconds_total',
    'Time spent on publishes that ended well.',
    () => publisher.stats.seconds,
  );
  add('daymark_pages_failing', 'Pages whose last publish failed.', () => publisher.failures.size);
  add('daymark_pages_behind', 'Pages whose newest revision is not published.', async () =>
    Number((await services.readiness()).detail.pages_behind ?? 0),
  );
  add('daymark_static_hits_total', 'Static answers from memory.', () => site.stats.hits);
  add('daymark_static_reads_total', 'Static files read from disk.', () => site.stats.reads);
  addTargetMetrics(services, registry);
  addWebhookMetrics(services, registry);
  addMailMetrics(services, registry);
  registries.set(services, registry);
  return registry;
}
