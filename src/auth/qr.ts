import { toString as draw } from 'qrcode';

/** A text as a QR code: SVG without style attributes, which the console's policy would refuse. */
export function qrCode(text: string): Promise<string> {
  return draw(text, { type: 'svg', margin: 2 });
}
