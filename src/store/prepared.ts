/** A new embedded database without the seconds that making one takes: the data folder that PGlite made once, kept for its version. */

import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { PGlite } from '@electric-sql/pglite';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** Undefined where none was kept for the PGlite that is installed: it then makes its own. */
export async function preparedData(): Promise<Blob | undefined> {
  const kept = await readFile(await placeOf()).catch(() => undefined);
  return kept && new Blob([new Uint8Array(await decompress(kept))], { type: 'application/x-tar' });
}

/** Keeps the data folder of a database that nothing was done to. */
export async function keepPrepared(engine: PGlite): Promise<void> {
  const tar = Buffer.from(await (await engine.dumpDataDir('none')).arrayBuffer());
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  await writeFile(await placeOf(), await compress(tar, { params }));
}

/** Named after the version: PostgreSQL's folders are for the server that made them. */
async function placeOf(): Promise<URL> {
  const library = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(await readFile(join(dirname(library), '../package.json'), 'utf8'));
  return new URL(`./prepared/pglite-${version}.tar.br`, import.meta.url);
}
