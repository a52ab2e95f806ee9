/** The script of pages with examples of code, for pages of the console. */
export { default } from '../client/examples.ts?script';
