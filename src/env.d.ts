/// <reference types="astro/client" />

/** Hash of the sources that decide what published files look like; set by astro.config.mjs. */
declare const __TEMPLATE__: string;

/** A module of `src/client` with all that it imports, as the text of an inline script; made by astro.config.mjs. */
declare module '*?script' {
  const script: string;
  export default script;
}

declare namespace App {
  interface Locals {
    /** Set only by the publisher: what a page below `src/pages/render/` prints. A request from outside never has it. */
    print?: import('./render/print.ts').Print;
    /** Likewise: keeps a long piece of HTML out of what the template prints. @returns what to print in its place */
    aside?: (html: string) => string;
    services: import('./services.ts').Services;
    requestId: string;
    /** Below which page root the path lies. */
    root: import('./http/site-routes.ts').Route['root'];
    /** True on the host of PUBLIC_URL, where alone there are sessions and the console. */
    isOwnHost: boolean;
    /** Set below `/console` alone: who is there, and what its pages need. */
    console?: import('./http/console.ts').ConsoleVisit;
    /** As it came over the wire, without the question mark. */
    query: string;
    /** The request's body, counted while it streams in. @throws HttpError 413 */
    readBody(limit: number): Promise<Buffer>;
  }
}
