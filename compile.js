/** What a Node that does not read TypeScript is started with: the sources as a few files of JavaScript, beside what else is
 * kept in `node_modules/.cache`. A loader would ask a thread of its own about every file, those of libraries too. */

import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const FOLDER = join(ROOT, 'node_modules/.cache/paygraph/compiled');

/** The address of what the program that begins with `source` was made to. Rejects with the error of the system when nothing may
 * be written there. */
export async function compile(source) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    write: false,
    metafile: true,
    outdir: FOLDER,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    plugins: [inPlace],
  });
  await stop();
  await mkdir(FOLDER, { recursive: true });
  await Promise.all(outputFiles.map(keep));
  const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === source);
  return pathToFileURL(join(ROOT, entry)).href;
}

/** What stands beside the sources is found there, wherever they are read from. */
const inPlace = {
  name: 'in-place',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const address = JSON.stringify(pathToFileURL(path).href);
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', address) };
    });
  },
};

/** A name says what is in the file, and nobody reads half of one. */
async function keep({ path, contents }) {
  const isKept = await access(path).then(
    () => true,
    () => false,
  );
  if (isKept) return;
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
}
