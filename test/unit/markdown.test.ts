import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../src/text/escape-html.ts';
import { markdownToText, renderMarkdown } from '../../src/text/markdown.ts';
import { fc, runs } from '../fixtures/properties.ts';

const REL = 'rel="nofollow noopener noreferrer"';

describe('a text in Markdown on a public page', () => {
  it('keeps paragraphs, emphasis, lists and line breaks', () => {
    const html = renderMarkdown('We **fix** it.\nSoon.\n\n- one\n- two');
    expect(html).toContain('<p>We <strong>fix</strong> it.<br />\nSoon.</p>');
    expect(html).toContain('<li>one</li>');
  });

  it('shows raw HTML as text', () => {
    expect(renderMarkdown('<script>alert(1)</script> <b>x</b>')).toBe(
      '<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x&lt;/b&gt;</p>',
    );
  });

  it('turns a picture into a link with its description', () => {
    expect(renderMarkdown('![the graph](https://example.com/graph.png)')).toBe(
      `<p><a href="https://example.com/graph.png" ${REL}>the graph</a></p>`,
    );
  });

  it('keeps the description of a picture inside a link as the text of that link', () => {
    expect(renderMarkdown('[![graph](https://a.example/g.png)](https://b.example)')).toBe(
      `<p><a href="https://b.example" ${REL}>graph</a></p>`,
    );
  });

  it('links web and mail addresses, and tells search engines not to follow', () => {
    const html = renderMarkdown('See https://example.com/a?b=1&c=2 or write to help@example.com.');
    expect(html).toContain(`<a href="https://example.com/a?b=1&amp;c=2" ${REL}>`);
    expect(html).toContain(`<a href="mailto:help@example.com" ${REL}>`);
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](data:text/html,x)',
    '[x](ftp://example.com)',
    '[x](//example.com)',
    '[x](/console/)',
    '<javascript:alert(1)>',
    'ftp://example.com',
    '//example.com',
    '![x](data:image/png;base64,AAAA)',
  ])('makes no link of %s', (source) => {
    expect(renderMarkdown(source)).not.toContain('<a');
  });

  it('fits the headings of a text below those of the page', () => {
    expect(renderMarkdown('# What\n\n### When')).toBe('<h4>What</h4>\n<h5>When</h5>');
    expect(renderMarkdown('## What', 3)).toBe('<h3>What</h3>');
  });

  it('leaves no style attribute, which the security policy would refuse', () => {
    expect(renderMarkdown('|a|\n|:-:|\n|1|')).toContain('<td>1</td>');
  });

  it('lets only known tags and attributes through, whatever is written', () => {
    const bits = [
      '<',
      '>',
      '"',
      "'",
      '&',
      '[',
      ']',
      '(',
      ')',
      '!',
      '`',
      '*',
      'a',
      ':',
      '//',
      '\n',
      'javascript:',
    ];
    const tags =
      /<(?!\/?(?:p|br|hr|a|strong|em|s|code|pre|blockquote|ul|ol|li|h[3-6]|table|thead|tbody|tr|th|td)\b)/;
    const text = fc.array(fc.oneof(fc.constantFrom(...bits), fc.string()), { maxLength: 40 });
    fc.assert(
      fc.property(text, (parts) => {
        const html = renderMarkdown(parts.join(''));
        expect(html).not.toMatch(tags);
        for (const [, href] of html.matchAll(/href="([^"]*)"/g))
          expect(href).toMatch(/^(https?:\/\/|mailto:)/i);
      }),
      { numRuns: runs(200) },
    );
  });

  it('says the same each time it is asked for the same text', () => {
    const source = 'The *same* text.';
    expect(renderMarkdown(source)).toBe(renderMarkdown(source));
    expect(markdownToText(source)).toBe(markdownToText(source));
  });
});

describe('a text in Markdown as plain text', () => {
  it('drops the signs and parts paragraphs by an empty line', () => {
    expect(markdownToText('# Title\n\nWe **fix** `it`.\nSoon.')).toBe('Title\n\nWe fix it.\nSoon.');
  });

  it('keeps where a link leads, once', () => {
    expect(
      markdownToText('[Docs](https://a.example) https://b.example me@c.example ![p](https://d.example)'),
    ).toBe('Docs (https://a.example) https://b.example me@c.example p (https://d.example)');
  });

  it('marks the items of lists', () => {
    expect(markdownToText('- a\n- b\n\n4. c\n5. d')).toBe('- a\n- b\n4. c\n5. d');
  });
});

it('a text between tags or in an attribute can not become markup', () => {
  expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&#34;x&#34; title=&#39;y&#39;&gt;&amp;');
});
