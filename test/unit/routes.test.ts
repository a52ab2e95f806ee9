import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { endpoint, publicEndpoint, resource } from '../../src/http/endpoint.ts';
import { openApiDocument, routesOf } from '../../src/http/openapi.ts';

const SERVER = { publicUrl: 'https://s.example', pageUrl: 'https://s.example/p/x', version: '1' };
const handle = async () => ({ body: {} });
const named = z.strictObject({ id: z.uuid() }).meta({ id: 'RouteUnderTest' });

describe('What a route says of itself', () => {
  test('A route that declares nothing can not be built', () => {
    const bare = { './v1/secrets.ts': { GET: () => new Response('everything') } };
    expect(() => routesOf(bare)).toThrow('GET /api/v1/secrets declares nothing');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(() => routesOf({ './v1/secrets.ts': { [method]: () => new Response() } })).toThrow(method);
  });
  test('Its file is its path, and its declaration its methods', () => {
    const declared = endpoint({ summary: 'Read it', answer: named, scope: 'pages:read', handle });
    const routes = routesOf({
      './v1/pages/[page]/things/[id].ts': { ...resource({ GET: declared }) },
      './v1/pages/index.ts': { GET: publicEndpoint({ summary: 'List', answer: named, handle }) },
    });
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/pages/{page}/things/{id}',
      'GET /api/v1/pages',
    ]);
  });
  test('An answer whose schema has no name can not be built', () => {
    const nameless = endpoint({
      summary: 'Read it',
      answer: z.strictObject({}),
      scope: 'pages:read',
      handle,
    });
    const routes = routesOf({ './v1/x.ts': { GET: nameless } });
    expect(() => openApiDocument(routes, SERVER, true)).toThrow('no name');
  });
  test('What only a key may see is not in the public part, nor are its schemas', () => {
    const declared = endpoint({ summary: 'Read it', answer: named, scope: 'pages:read', handle });
    const routes = routesOf({ './v1/x.ts': { GET: declared } });
    expect(JSON.stringify(openApiDocument(routes, SERVER, true))).toContain('RouteUnderTest');
    const everyones = JSON.stringify(openApiDocument(routes, SERVER, false));
    expect(everyones).not.toMatch(/RouteUnderTest|x-scope|securitySchemes/);
  });
});
