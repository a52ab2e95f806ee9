/**
 * Pages for who holds a token from a mail (contract, section 4). Each is read with GET, which changes nothing, and takes
 * the POST of its own form; both answer HTML that nobody stores.
 */
import type { APIContext, APIRoute } from 'astro';
import { DomainError } from '../domain/errors.ts';
import type { Services } from '../services.ts';
import { wholeAnswer } from './asked.ts';
import type { PageRef } from './declare.ts';
import { answering } from './endpoint.ts';
import { HttpError } from './errors.ts';
import { readForm } from './input.ts';
import { policyIn } from './static-answer.ts';
import { visitedPage } from './visitor-endpoint.ts';

type State = Extract<Parameters<Services['printHtml']>[0], { kind: 'subscription' }>['state'];

export interface TokenCall {
  services: Services;
  page: PageRef;
  token: string;
  /** Of a POST; null of a GET. */
  form: URLSearchParams | FormData | null;
}

/** @param path the page's own, below the root */
export function tokenPage(
  path: string,
  handle: (call: TokenCall) => Promise<State>,
): Record<'GET' | 'POST' | 'ALL', APIRoute> {
  const allowed = 'GET, POST, HEAD, OPTIONS';
  const route: APIRoute = async (context) => {
    let html: string | null = null;
    let status = 200;
    const answer = await answering(context, async () => {
      const printed = await printFor(context, path, handle);
      ({ html, status } = printed);
      return {};
    });
    return html === null ? wholeAnswer(answer) : asPage(html, status);
  };
  const ALL: APIRoute = async (context) => {
    if (context.request.method === 'HEAD') return route(context);
    const answer = await answering(context, async () => {
      if (context.request.method === 'OPTIONS') return { status: 204, headers: { Allow: allowed } };
      throw new HttpError(405, `This path takes ${allowed}.`, { Allow: allowed });
    });
    return wholeAnswer(answer);
  };
  return { GET: route, POST: route, ALL };
}

async function printFor(
  context: APIContext,
  path: string,
  handle: (call: TokenCall) => Promise<State>,
): Promise<{ html: string; status: number }> {
  const { services, query } = context.locals;
  const page = await visitedPage(context);
  const snapshot = await services.snapshots.toShow(page.slug);
  if (!snapshot) throw new HttpError(404, 'This page is not published yet.');
  const posted = context.request.method === 'POST';
  const form = posted ? await readForm(context.request, (limit) => context.locals.readBody(limit)) : null;
  if (posted && !form) throw new HttpError(415, 'Send the form of this page.');
  const token = new URLSearchParams(query).get('token') ?? '';
  const state = await handle({ services, page, token, form });
  const html = await services.printHtml({ kind: 'subscription', snapshot, state, path });
  return { html, status: state.of === 'unknown' || state.of === 'stale' ? 400 : 200 };
}

function asPage(html: string, status: number): Response {
  const headers = new Headers({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  const policy = policyIn(Buffer.from(html));
  if (policy) headers.set('Content-Security-Policy', policy);
  return new Response(html, { status, headers });
}

/** The value, or null where the token was of no use. */
export async function ifValid<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'malformed') return null;
    throw error;
  }
}
