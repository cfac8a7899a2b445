/** What `npm start` runs on a Node that does not read TypeScript. Everything else about starting: access, persistence, HTTP. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** A copy of the program over the libraries of this one, with an empty folder for what it keeps. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'paygraph-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['src', 'sandbox', 'examples', 'start.js', 'compile.js', 'package.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '.cache') symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

/** All that it prints until its address is there. */
async function started(folder: string): Promise<string> {
  const child = spawn(process.execPath, ['start.js'], { cwd: folder, env: { ...process.env, PORT: '0' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  const listening = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (/http:\S+\/graphql/.test(printed)) resolve();
      });
    }
  });
  await Promise.race([listening, once(child, 'exit')]);
  return printed;
}

/** Node 24 has it and its types do not know it. */
const readsTypeScript = 'typescript' in process.features && Boolean(process.features.typescript);

describe.skipIf(readsTypeScript)('a Node that reads no TypeScript', () => {
  test('starts from an empty cache, several at once, and leaves whole files that the next start takes', async () => {
    const folder = copy();
    const kept = () => readdirSync(join(folder, 'node_modules/.cache/paygraph/compiled')).sort();
    const both = await Promise.all([started(folder), started(folder)]);
    expect(both.map((printed) => printed.slice(0, 14))).toEqual(['Paygraph: http', 'Paygraph: http']);
    const names = kept();
    expect(names.filter((name) => !/^\w+-[A-Z0-9]{8}\.js(\.map)?$/.test(name))).toEqual([]);
    expect(names.filter((name) => /^main-\w+\.js$/.test(name))).toHaveLength(1);
    await started(folder);
    expect(kept()).toEqual(names);
  });

  test('starts where nothing may be written', async () => {
    const folder = copy();
    // No folder can be made below a file: not even for an administrator, whom no mode of a folder would stop.
    writeFileSync(join(folder, 'node_modules/.cache'), '');
    expect(await started(folder)).toMatch(/^Paygraph: http/);
  });

  test('says where in the sources something is wrong', async () => {
    const folder = copy();
    writeFileSync(join(folder, 'src/main.ts'), 'const wrong = ;\n');
    expect(await started(folder)).toContain('src/main.ts:1:14');
  });
});
