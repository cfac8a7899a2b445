import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path));

const sources = filesIn('src', '.ts');

test('every link in a document leads somewhere', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesIn('docs', '.md')];
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#\s]+)/g)].map(([, target]) => ({ page, target: target! })),
  );
  const local = links.filter(({ target }) => !target.startsWith('http'));
  expect(local.length).toBeGreaterThan(5);
  expect(local.filter(({ page, target }) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
});

test('every section of docs/providers.md that code refers to is there', () => {
  const sections = new Set(
    [...read('docs/providers.md').matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm)].map(([, number]) => number!),
  );
  const cited = [...sources, ...filesIn('sandbox', '.ts')].flatMap((file) =>
    [...read(file).matchAll(/docs\/providers\.md,? (?:section )?(\d+(?:\.\d+)*)/g)].map(([, number]) => ({
      file,
      number: number!,
    })),
  );
  expect(cited.length).toBeGreaterThan(20);
  expect(cited.filter(({ number }) => !sections.has(number))).toEqual([]);
});

describe('docs/architecture.md', () => {
  const rows = [...read('docs/architecture.md').matchAll(/^\| `([^`|]+)` \| (.*) \|$/gm)].map(
    ([, file, imports]) => ({
      file: file!,
      imports: [...imports!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    }),
  );
  const modules = sources.map((path) => ({
    name: path.replace(/^src\//, '').replace(/\.ts$/, ''),
    imports: [...read(path).matchAll(/(?:from |import |import\()'(\.[^']+)\.ts'/g)].map(([, target]) =>
      normalize(join(dirname(path), target!)).replace(/^src\//, ''),
    ),
  }));

  function matches(name: string, pattern: string): boolean {
    return new RegExp(`^${pattern.replaceAll('*', '[^/]+')}$`).test(name);
  }

  test('has a row for each file, and a file for each row', () => {
    const without = modules.filter(({ name }) => !rows.some(({ file }) => matches(name, file)));
    expect(without.map(({ name }) => name)).toEqual([]);
    expect(rows.filter(({ file }) => !modules.some(({ name }) => matches(name, file)))).toEqual([]);
  });

  test('allows every import that there is', () => {
    const strays = modules.flatMap(({ name, imports }) => {
      const allowed = rows.find(({ file }) => matches(name, file))?.imports ?? [];
      return imports
        .filter((target) => !allowed.some((pattern) => matches(target, pattern)))
        .map((target) => `${name} imports ${target}`);
    });
    expect(strays).toEqual([]);
  });
});
