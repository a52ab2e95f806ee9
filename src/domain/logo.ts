/** The logo of a page: a PNG or a WebP, looked at before it is taken. */
import { invalid } from './errors.ts';

export const LOGO_BYTES = 64 * 1024;
const LEAST_PIXELS = 16;
const MOST_PIXELS = 2048;

export type LogoType = 'image/png' | 'image/webp';

interface Picture {
  mediaType: LogoType;
  width: number;
  height: number;
}

const text = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

/** Its signature and its first chunk, IHDR (PNG, sections 5.2 and 11.2.1); whole to its last chunk, IEND. */
function readPng(bytes: Uint8Array): Picture | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signed =
    bytes.length > 44 && text(bytes, 0, 8) === '\x89PNG\r\n\x1a\n' && text(bytes, 12, 16) === 'IHDR';
  if (!signed || text(bytes, bytes.length - 8, bytes.length - 4) !== 'IEND') return null;
  return { mediaType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** RIFF with a chunk of one of WebP's three kinds (RFC 9649, section 2). */
function readWebp(bytes: Uint8Array): Picture | null {
  if (bytes.length < 30 || text(bytes, 0, 4) !== 'RIFF' || text(bytes, 8, 12) !== 'WEBP') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(4, true) + 8 > bytes.length) return null;
  const at = (place: number) => view.getUint16(place, true);
  const sized = (width: number, height: number): Picture => ({ mediaType: 'image/webp', width, height });
  switch (text(bytes, 12, 16)) {
    case 'VP8 ':
      return text(bytes, 23, 26) === '\x9d\x01\x2a' ? sized(at(26) & 0x3fff, at(28) & 0x3fff) : null;
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return bytes[20] === 0x2f ? sized((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1) : null;
    }
    case 'VP8X': {
      const three = (place: number) => at(place) + (bytes[place + 2]! << 16) + 1;
      return sized(three(24), three(27));
    }
    default:
      return null;
  }
}

/** Looks at the bytes themselves: what a browser says of a file is only a guess. @throws DomainError invalid (logo) */
export function readLogo(bytes: Uint8Array): Picture {
  const refuse = (message: string) => invalid(['logo'], message);
  if (bytes.length > LOGO_BYTES) throw refuse('The logo is larger than 64 KiB.');
  const picture = readPng(bytes) ?? readWebp(bytes);
  if (!picture) throw refuse('The logo must be a whole PNG or WebP file.');
  const { width, height } = picture;
  if (Math.min(width, height) < LEAST_PIXELS || Math.max(width, height) > MOST_PIXELS)
    throw refuse(
      `The logo has ${width} × ${height} pixels. Each side must have ${LEAST_PIXELS} to ${MOST_PIXELS.toLocaleString('en')}.`,
    );
  return picture;
}

/** The file of a logo below the page's root. Its name changes with it, so that nobody keeps seeing the old one. */
export function logoFile({ mediaType, updatedAt }: { mediaType: LogoType; updatedAt: number }): string {
  return `logo-${updatedAt.toString(36)}.${mediaType === 'image/png' ? 'png' : 'webp'}`;
}
