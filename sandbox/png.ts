// A small valid PNG that looks like a QR code and is the same for the same text. It cannot be scanned: the
// providers promise an image, and a page needs one to show.
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const MODULES = 29;
const MARGIN = 4;
const SCALE = 4;

/** A `data:image/png;base64,…` address. */
export function qrImage(text: string): string {
  const side = (MODULES + 2 * MARGIN) * SCALE;
  const stride = 1 + Math.ceil(side / 8);
  const dark = pattern(text);
  // All white; the first byte of each row says "no filter".
  const rows = Buffer.alloc(side * stride, 0xff);
  for (let y = 0; y < side; y++) {
    rows[y * stride] = 0;
    for (let x = 0; x < side; x++) {
      if (!dark(Math.floor(y / SCALE) - MARGIN, Math.floor(x / SCALE) - MARGIN)) continue;
      rows[y * stride + 1 + (x >> 3)]! &= ~(0x80 >> (x & 7));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit per pixel, grey.
  header.set([1, 0, 0, 0, 0], 8);
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    // Stored, not squeezed: compressors differ between versions of Node, and the bytes shall not.
    chunk('IDAT', deflateSync(rows, { level: 0 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

function pattern(text: string): (row: number, column: number) => boolean {
  const noise = Buffer.concat(
    Array.from({ length: 4 }, (_, part) => createHash('sha256').update(`${part}:${text}`).digest()),
  );
  return (row, column) => {
    if (row < 0 || column < 0 || row >= MODULES || column >= MODULES) return false;
    const corner =
      finder(row, column) ?? finder(row, MODULES - 1 - column) ?? finder(MODULES - 1 - row, column);
    if (corner !== null) return corner;
    const bit = row * MODULES + column;
    return ((noise[(bit >> 3) % noise.length]! >> (bit & 7)) & 1) === 1;
  };
}

/** The square in a corner: dark ring, light ring, dark middle; null outside of it. */
function finder(row: number, column: number): boolean | null {
  if (row > 7 || column > 7) return null;
  const ring = Math.max(Math.abs(row - 3), Math.abs(column - 3));
  return ring !== 2 && ring < 4;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
