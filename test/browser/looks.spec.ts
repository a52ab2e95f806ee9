/** Every kind of page, as a visitor gets it: in both colour schemes, on a phone and on a desk. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, watch } from './demo.ts';
import { keepPicture } from './picture.ts';

const WIDTHS = [360, 1280];
const SCHEMES = ['light', 'dark'] as const;
const KINDS = [
  'status',
  'history',
  'month',
  'incident',
  'maintenance',
  'uptime',
  'report',
  'docs',
  'missing',
] as const;

for (const kind of KINDS) {
  for (const colorScheme of SCHEMES) {
    for (const width of WIDTHS) {
      test.describe(`the ${kind} page, ${colorScheme}, ${width} pixels wide`, () => {
        test.use({ colorScheme, viewport: { width, height: 900 } });

        test('is one request, complains of nothing, fits, and can be used by everyone', async ({
          page,
          demo,
        }) => {
          const seen = watch(page);
          const missing = kind === 'missing';
          const url = `${demo.url}/p/northwind/${missing ? 'nothing/here/' : demo.paths[kind]}`;
          const response = await page.goto(url);
          expect(response?.status()).toBe(missing ? 404 : 200);
          expect(seen.requests).toEqual([url]);
          await keepPicture(page, `${kind}-${colorScheme}-${width}`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(wide, 'pixels beyond the edge').toBeLessThanOrEqual(0);
          const axe = new AxeBuilder({ page });
          // The reference is the same few parts many times over: each kind of them is looked at once.
          for (const part of kind === 'docs' ? ['.side', '#errors', '#status', '#subscribers'] : [])
            axe.include(part);
          const { violations } = await axe.analyze();
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
          expect(seen.complaints.filter((text) => !(missing && text.includes('404')))).toEqual([]);
        });
      });
    }
  }
}
