/** All that the API declares: the OpenAPI document is made from it, and what is made from that. */
import { type Route, type RouteModules, routesOf } from '../../http/openapi.ts';

const modules: RouteModules = import.meta.glob('./v1/**/*.ts', { eager: true });

export const routes: Route[] = routesOf(modules);
