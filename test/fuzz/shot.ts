/** One request, and what is wrong with its answer. */
import http from 'node:http';
import * as answers from '../../src/http/answers.ts';
import { faultOf } from '../fixtures/operations.ts';
import type { FuzzRequest, Plan } from './requests.ts';

export interface Got {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: unknown;
}

/** Whether it must change nothing, however it is answered. */
export const isRead = ({ method }: FuzzRequest) => ['GET', 'HEAD', 'OPTIONS', 'PROPFIND'].includes(method);

/** What is wrong with an answer by itself: a failure, an error in another form, a body or a status that is not declared. */
export function faultIn(plan: Plan, request: FuzzRequest, answer: Got): string | null {
  const declared = request.method === plan.operation.method;
  return (
    errorFault(request, answer) ??
    (declared && answer.status < 400 ? faultOf(plan.operation, answer) : null) ??
    (declared && answer.status >= 400 && plan.operation.scope !== null
      ? undocumented(plan, answer.status)
      : null)
  );
}

/** A status that the document does not name; 400 may be said of any path, 405 and 404 of one that became another. */
function undocumented({ operation, segments }: Plan, status: number): string | null {
  const asPlanned = segments.every((one) => /^(live|upper):/.test(one));
  if (!asPlanned && [400, 404, 405].includes(status)) return null;
  return operation.responses[String(status)] ? null : 'the document does not name this status';
}

/** What is wrong with an error: 5xx, or not in the contract's form (section 6). */
function errorFault({ method, path }: FuzzRequest, { status, headers, body }: Got): string | null {
  if (status >= 500) return 'the server failed';
  if (status < 400) return null;
  if (!path.includes('/api/')) return null;
  if (headers['content-type'] !== 'application/json; charset=utf-8') return 'the error is not JSON';
  if (method === 'HEAD') return null;
  const schema =
    status === 422 ? answers.validationError : status === 403 ? answers.scopeError : answers.error;
  if (!schema.safeParse(body).success) return 'the error has another form';
  if (status === 405 && !headers.allow) return 'the 405 names no methods';
  return status === 401 && !headers['www-authenticate'] ? 'the 401 does not say how to come in' : null;
}

export function told({ method, path, headers, body }: FuzzRequest, what: string): string {
  const sent = body === null ? '' : ` ${JSON.stringify(body.toString('latin1').slice(0, 300))}`;
  const { authorization: _key, ...shown } = headers;
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(shown).slice(0, 200)}${sent} → ${what}`;
}

export function send(url: string, agent: http.Agent, { method, path, headers, body, chunked }: FuzzRequest) {
  const { hostname, port } = new URL(url);
  const all: Record<string, string> = { ...headers };
  if (body && !chunked) all['content-length'] = String(body.length);
  else if (body) all['transfer-encoding'] = 'chunked';
  return new Promise<Got>((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers: all, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text, body: parsed(text) });
      });
    });
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
