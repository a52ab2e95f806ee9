/**
 * Escapes for the text formats that we write ourselves. Whatever a title or a body holds, the result is well-formed:
 * control characters, lone surrogates and non-characters are dropped, since no escape makes them legal.
 */

// Biome takes control characters in a pattern for a slip; here they are its purpose.
// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 (section 2.2) and RFC 5545 forbid
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;
/** What most texts are made of: nothing of it has to go. Looked at first, for there may be thousands of names. */
const PLAIN = /^[\t\n -~]*$/;
const PLAIN_LINE = /^[!-~]+(?: [!-~]+)*$/;
const LONE_SURROGATE = /\p{Surrogate}/gu;

const XML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text without what no text format may hold; line breaks become `\n`, tabs stay. */
export function clean(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replace(LONE_SURROGATE, '').replace(FORBIDDEN, '');
}

/** Text for an XML element or a quoted attribute (XML 1.0, section 2.4); `>` too, so that `]]>` can't appear. */
export function xml(text: string): string {
  return clean(text).replace(/[&<>"']/g, (character) => XML_ENTITIES[character]!);
}

/** Text on one line: every run of white space is one space. For what a format gives a line of its own. */
export function oneLine(text: string): string {
  if (PLAIN_LINE.test(text)) return text;
  return clean(text).replace(/\s+/g, ' ').trim();
}

/** A TEXT value of iCalendar (RFC 5545, section 3.3.11): no line break gets out, so nothing can add a property. */
export function ics(text: string): string {
  return clean(text)
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replace(/[\n\u2028\u2029]/g, '\\n');
}
