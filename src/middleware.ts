/** Astro runs this before each of its routes: pages of the console are reached through `serveConsole` alone. */
import { defineMiddleware } from 'astro:middleware';
import { serveConsole } from './http/console.ts';

export const onRequest = defineMiddleware((context, next) =>
  context.routePattern.startsWith('/console') ? serveConsole(context, next) : next(),
);
