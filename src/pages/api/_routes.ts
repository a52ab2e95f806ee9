/** All that the API declares: the OpenAPI document is made from it, and what is made from that. */
import { openApiDocument, type Route, type RouteModules, routesOf } from '../../http/openapi.ts';

const modules: RouteModules = import.meta.glob('./v1/**/*.ts', { eager: true });

export const routes: Route[] = routesOf(modules);

let everyones: ReturnType<typeof openApiDocument> | undefined;

/** What everyone may use, without addresses: made once, for the pages that show it at every publish. */
export function publicDocument(): ReturnType<typeof openApiDocument> {
  everyones ??= openApiDocument(routes, { publicUrl: '', pageUrl: '', version: '1' }, false);
  return everyones;
}
