/** Who may import whom, and what every source file keeps to. A new file finds its layer here, or adds it. */

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);

interface Import {
  /** A path inside the repository, or a package. */
  readonly of: string;
  readonly onlyTypes: boolean;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Files in files, and packages by their names; `*` is one segment of a path. An entry with `type ` before it may be
 * imported for its types only. */
const LAYERS: readonly { readonly files: string; readonly may: readonly string[] }[] = [
  { files: 'src/domain.ts', may: [] },
  { files: 'src/money.ts', may: [] },
  { files: 'src/instant.ts', may: ['zod'] },
  { files: 'src/operation.ts', may: ['type src/domain.ts', 'type src/errors.ts'] },
  { files: 'src/errors.ts', may: ['type src/caller.ts', 'type src/domain.ts', 'type src/operation.ts'] },
  { files: 'src/id.ts', may: ['type src/domain.ts'] },
  { files: 'src/caller.ts', may: ['src/errors.ts'] },
  { files: 'src/calls.ts', may: [] },
  { files: 'src/loopback.ts', may: [] },
  { files: 'src/inbound.ts', may: ['type src/caller.ts', 'type src/calls.ts'] },
  { files: 'src/account-config.ts', may: ['zod', 'node:fs'] },
  {
    files: 'src/config.ts',
    may: [
      'src/access/access-config.ts',
      'src/account-config.ts',
      'src/http/settings.ts',
      'src/limits/manifest.ts',
      'src/loopback.ts',
      'src/telemetry/level.ts',
      'zod',
    ],
  },
  {
    files: 'src/access/*',
    may: [
      'src/access/*',
      'src/account-config.ts',
      'src/caller.ts',
      'src/loopback.ts',
      'type src/accounts.ts',
      'type src/inbound.ts',
      'jose',
      'zod',
      'node:crypto',
      'node:fs',
    ],
  },
  {
    files: 'src/http/*',
    may: [
      'src/http/*',
      'src/caller.ts',
      'src/graphiql.ts',
      'src/in-time.ts',
      'src/limits/trusted.ts',
      'src/loopback.ts',
      'src/server.ts',
      'type src/access/*',
      'type src/inbound.ts',
      'type src/pipeline.ts',
      'type src/telemetry/metrics-page.ts',
      'graphql',
      'node:*',
      'zod',
    ],
  },
  {
    files: 'src/limits/*',
    may: [
      'src/limits/*',
      'src/caller.ts',
      'src/schema/index.ts',
      'type src/schema/upstream.ts',
      'type src/accounts.ts',
      'type src/context.ts',
      'type src/inbound.ts',
      'graphql',
      'zod',
      'node:fs',
    ],
  },
  {
    files: 'src/telemetry/*',
    may: [
      'src/telemetry/*',
      'src/in-time.ts',
      'type src/http/listener.ts',
      'type src/inbound.ts',
      'type src/operation.ts',
      'type src/providers/http.ts',
      'type src/providers/provider.ts',
      'type src/store/unsettled.ts',
      '@opentelemetry/api',
      'pino',
      'pino-pretty',
      'prom-client',
      'node:async_hooks',
      'node:crypto',
    ],
  },
  { files: 'src/accounts.ts', may: ['src/errors.ts', 'type src/providers/provider.ts'] },
  {
    files: 'src/merge.ts',
    may: ['src/errors.ts', 'src/in-time.ts', 'src/place.ts', 'type src/providers/provider.ts'],
  },
  { files: 'src/place.ts', may: ['src/errors.ts', 'type src/providers/provider.ts', 'zod'] },
  { files: 'src/view.ts', may: ['type src/providers/provider.ts'] },
  { files: 'src/match.ts', may: ['src/money.ts', 'type src/domain.ts'] },
  { files: 'src/in-time.ts', may: [] },
  { files: 'src/pager.ts', may: ['src/errors.ts', 'type src/providers/provider.ts', 'node:crypto'] },
  {
    files: 'src/loaders.ts',
    may: [
      'src/accounts.ts',
      'src/errors.ts',
      'type src/domain.ts',
      'type src/providers/provider.ts',
      'dataloader',
    ],
  },
  {
    files: 'src/context.ts',
    may: [
      'src/calls.ts',
      'src/loaders.ts',
      'type src/access/*',
      'type src/caller.ts',
      'type src/inbound.ts',
      'type src/accounts.ts',
      'type src/domain.ts',
      'type src/operation.ts',
      'type src/providers/provider.ts',
      'type src/store/*',
      'type src/write.ts',
      '@pothos/core',
    ],
  },
  {
    files: 'src/write.ts',
    may: [
      'src/errors.ts',
      'src/in-time.ts',
      'type src/accounts.ts',
      'type src/operation.ts',
      'type src/providers/provider.ts',
      'type src/store/*',
      'node:crypto',
    ],
  },
  {
    files: 'src/reconciler.ts',
    may: [
      'src/errors.ts',
      'src/money.ts',
      'type src/accounts.ts',
      'type src/domain.ts',
      'type src/operation.ts',
      'type src/providers/provider.ts',
      'type src/store/*',
    ],
  },
  {
    files: 'src/services.ts',
    may: [
      'src/access/allowed.ts',
      'src/reconciler.ts',
      'src/write.ts',
      'type src/accounts.ts',
      'type src/context.ts',
      'type src/store/*',
      'type src/telemetry/telemetry.ts',
    ],
  },
  {
    files: 'src/store/*',
    may: [
      'src/store/*',
      'src/domain.ts',
      'src/errors.ts',
      'src/operation.ts',
      'type src/providers/provider.ts',
      'drizzle-orm',
      'drizzle-orm/*',
      'pg',
      '@electric-sql/pglite',
      'node:*',
      'node:*/*',
    ],
  },
  {
    files: 'src/schema/*',
    may: [
      'src/schema/*',
      'src/accounts.ts',
      'src/caller.ts',
      'src/domain.ts',
      'src/errors.ts',
      'src/id.ts',
      'src/in-time.ts',
      'src/instant.ts',
      'src/match.ts',
      'src/merge.ts',
      'src/money.ts',
      'src/operation.ts',
      'src/pager.ts',
      'src/view.ts',
      'type src/access/allowed.ts',
      'type src/context.ts',
      'type src/inbound.ts',
      'type src/providers/provider.ts',
      'type src/store/*',
      'graphql',
      '@pothos/*',
      'zod',
    ],
  },
  {
    files: 'src/execute.ts',
    may: ['src/complete.ts', 'src/inputs.ts', 'src/plan.ts', 'src/run.ts', 'graphql', 'graphql/*/*'],
  },
  { files: 'src/complete.ts', may: ['src/run.ts', 'graphql', 'graphql/*/*'] },
  { files: 'src/inputs.ts', may: ['graphql'] },
  { files: 'src/plan.ts', may: ['src/inputs.ts', 'type src/execute.ts', 'graphql'] },
  { files: 'src/run.ts', may: ['type src/plan.ts', 'graphql'] },
  {
    files: 'src/graphiql.ts',
    may: ['@graphql-yoga/render-graphiql/graphiql', 'node:crypto'],
  },
  {
    files: 'src/pipeline.ts',
    may: [
      'src/schema/*',
      'src/context.ts',
      'src/execute.ts',
      'src/limits/*',
      'type src/inbound.ts',
      'type src/telemetry/traces.ts',
      'graphql',
    ],
  },
  {
    files: 'src/server.ts',
    may: [
      'src/schema/index.ts',
      'src/limits/trusted.ts',
      'src/pipeline.ts',
      'type src/context.ts',
      'type src/inbound.ts',
      'type graphql',
      'graphql-yoga',
    ],
  },
  { files: 'src/demo.ts', may: ['sandbox/index.ts', 'type src/account-config.ts'] },
  {
    files: 'src/main.ts',
    may: [
      'src/access/authenticate.ts',
      'src/caller.ts',
      'src/config.ts',
      'src/demo.ts',
      'src/graphiql.ts',
      'src/http/*',
      'src/limits/*',
      'src/server.ts',
      'src/services.ts',
      'src/providers/registry.ts',
      'src/store/*',
      'src/telemetry/*',
      'type src/accounts.ts',
      'node:fs',
      'node:net',
    ],
  },
  { files: 'src/providers/provider.ts', may: ['type src/domain.ts', 'type src/errors.ts'] },
  { files: 'src/providers/wire.ts', may: ['src/instant.ts', 'src/money.ts', 'zod'] },
  {
    files: 'src/providers/http.ts',
    may: [
      'src/errors.ts',
      'src/providers/http/*',
      'type src/domain.ts',
      'type src/providers/provider.ts',
      'type src/providers/wire.ts',
    ],
  },
  {
    files: 'src/providers/http/*',
    may: [
      'src/errors.ts',
      'src/providers/http/*',
      'src/providers/wire.ts',
      'type src/providers/http.ts',
      'type src/providers/provider.ts',
      'undici',
      'lossless-json',
    ],
  },
  {
    files: 'src/providers/registry.ts',
    may: [
      'src/providers/*/client.ts',
      'src/providers/http.ts',
      'type src/providers/provider.ts',
      'type src/account-config.ts',
      'type src/config.ts',
      'type src/domain.ts',
    ],
  },
  // Heleket is Cryptomus under another host.
  ...['cryptomus', 'heleket', 'repay', 'hashlee'].map((name) => ({
    files: `src/providers/${name}/*`,
    may: [
      `src/providers/${name}/*`,
      ...(name === 'heleket' ? ['src/providers/cryptomus/client.ts'] : []),
      'src/providers/provider.ts',
      'src/providers/http.ts',
      'src/providers/wire.ts',
      'src/domain.ts',
      'src/errors.ts',
      'src/instant.ts',
      'src/money.ts',
      'zod',
      'node:crypto',
    ],
  })),
  { files: 'sandbox/*', may: ['sandbox/*', 'sandbox/*/*', 'node:*', 'node:*/*'] },
  { files: 'sandbox/*/*', may: ['sandbox/*', 'sandbox/*/*', 'node:*'] },
];

function matches(pattern: string, path: string): boolean {
  const [parts, names] = [pattern.split('/'), path.split('/')];
  const segment = (part: string, name: string) =>
    part.endsWith('*') ? name.startsWith(part.slice(0, -1)) && name !== '' : part === name;
  return parts.length === names.length && parts.every((part, at) => segment(part, names[at]!));
}

function read(folder: string): Source[] {
  return readdirSync(new URL(`${folder}/`, ROOT), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return read(path);
    if (!entry.name.endsWith('.ts')) return [];
    const text = readFileSync(new URL(path, ROOT), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });
}

const STATEMENT =
  /^(?:import|export)\s+(?:(type)\s+)?(?:([\w$*{}\s,]+?)\s+from\s+)?'([^']+)';|\bimport\(\s*'([^']+)'\s*\)/gm;

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(STATEMENT)].map(([, type, names, from, dynamic]) => {
    const target = (from ?? dynamic)!;
    const inside = target.startsWith('.');
    const named = names
      ?.match(/^\{([^}]*)\}$/)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    return {
      of: inside ? posix.join(posix.dirname(path), target) : target,
      onlyTypes: type !== undefined || (named?.every((name) => name.startsWith('type ')) ?? false),
    };
  });
}

const sources = read('src');
const sandbox = read('sandbox');
const all = [...sources, ...sandbox];

function places(files: readonly Source[], wrong: (file: Source) => boolean): string[] {
  return files.filter(wrong).map(({ path }) => path);
}

describe('imports', () => {
  test('are found: the table is about something', () => {
    expect(all.length).toBeGreaterThan(60);
    const counted = all.reduce(
      (sum, { text }) => sum + (text.match(/\bfrom '|^import '|import\('/gm)?.length ?? 0),
      0,
    );
    expect(all.reduce((sum, { imports }) => sum + imports.length, 0)).toBe(counted);
  });

  test('every file has its one layer, and every layer its files', () => {
    expect(
      places(all, ({ path }) => LAYERS.filter(({ files }) => matches(files, path)).length !== 1),
    ).toEqual([]);
    expect(LAYERS.filter(({ files }) => !all.some(({ path }) => matches(files, path)))).toEqual([]);
  });

  test.each(LAYERS)('$files imports only what it may', ({ files, may }) => {
    const wrong = all
      .filter(({ path }) => matches(files, path))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ of, onlyTypes }) => {
            return !may.some((entry) => {
              if (!entry.startsWith('type ')) return matches(entry, of);
              return onlyTypes && matches(entry.slice('type '.length), of);
            });
          })
          .map(({ of, onlyTypes }) => `${path} imports ${onlyTypes ? 'types of ' : ''}${of}`),
      );
    expect(wrong).toEqual([]);
  });

  test('name files that are there, by their extension', () => {
    const paths = new Set(all.map(({ path }) => path));
    const missing = all
      .flatMap(({ imports }) => imports.map(({ of }) => of))
      .filter((of) => /^(src|sandbox)\//.test(of) && !paths.has(of));
    expect(missing).toEqual([]);
  });

  test('at run time never go round in a circle', () => {
    const graph = new Map(
      all.map(({ path, imports }) => [
        path,
        imports.filter(({ onlyTypes }) => !onlyTypes).map(({ of }) => of),
      ]),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]) => {
      if (trail.includes(path))
        return void circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(circles).toEqual([]);
  });
});

describe('only one place', () => {
  const importing = (name: string) => places(all, ({ imports }) => imports.some(({ of }) => of === name));

  test('speaks HTTP to providers', () => expect(importing('undici')).toEqual(['src/providers/http/send.ts']));
  test('knows the database', () => {
    const libraries = /^(drizzle-orm|pg|@electric-sql\/pglite)(\/|$)/;
    const knowing = places(all, ({ imports }) => imports.some(({ of }) => libraries.test(of)));
    expect(knowing.filter((path) => !path.startsWith('src/store/'))).toEqual([]);
    expect(knowing.length).toBeGreaterThan(4);
  });
  test('writes the log, counts, and traces', () => {
    const libraries = ['pino', 'pino-pretty', 'prom-client', '@opentelemetry/api'];
    const knowing = libraries.flatMap(importing);
    expect(knowing.filter((path) => !path.startsWith('src/telemetry/'))).toEqual([]);
    expect(knowing).toHaveLength(libraries.length);
  });
  test('batches', () => expect(importing('dataloader')).toEqual(['src/loaders.ts']));
  test('of the product knows the sandbox', () => {
    expect(places(sources, ({ imports }) => imports.some(({ of }) => of.startsWith('sandbox/')))).toEqual([
      'src/demo.ts',
    ]);
  });
  test('of the product reads the environment, and one of the sandbox', () => {
    expect(places(all, ({ text }) => text.includes('process.env'))).toEqual([
      'src/config.ts',
      'sandbox/main.ts',
    ]);
  });
  test('of the product writes to the terminal or ends the process, and one of the sandbox', () => {
    const writing = places(all, ({ text }) => /process\.(stdout|stderr|exit|on|once)\b/.test(text));
    expect(writing).toEqual(['src/access/new-token.ts', 'src/main.ts', 'sandbox/main.ts']);
  });
});

describe('every file', () => {
  test('of the product opens with a comment that says what it is', () => {
    expect(places(sources, ({ text }) => !/^\/\*\* \S/.test(text))).toEqual([]);
  });
  test('of the sandbox opens with a comment that says what it is', () => {
    expect(places(sandbox, ({ text }) => !/^(\/\/|\/\*\*) \S/.test(text))).toEqual([]);
  });
  test('is small enough to be read', () => {
    expect(places(all, ({ text }) => text.split('\n').length > 301)).toEqual([]);
  });
  test('has a name in kebab-case, in a folder that says what is in it', () => {
    expect(places(all, ({ path }) => !/^[a-z0-9/-]+\.ts$/.test(path))).toEqual([]);
    expect(
      places(all, ({ path }) =>
        /\/((utils?|helpers?|types|common|lib|shared|misc)[./]|services?\/)/.test(path),
      ),
    ).toEqual([]);
  });
  test('neither prints nor leaves anything switched off or undone', () => {
    const traces = /\bconsole\.|\bdebugger\b|\bTODO\b|\bFIXME\b|@ts-(ignore|expect-error|nocheck)/;
    expect(places(all, ({ text }) => traces.test(text))).toEqual([]);
  });
  test('exports by name', () => {
    expect(places(all, ({ text }) => /^export default\b/m.test(text))).toEqual([]);
  });
});

describe('providers', () => {
  test.each(['cryptomus', 'repay', 'hashlee'])('%s has the files that every provider has', (name) => {
    const own = sources.map(({ path }) => path).filter((path) => path.startsWith(`src/providers/${name}/`));
    const expected = ['client', 'map', 'wire'].map((file) => `src/providers/${name}/${file}.ts`);
    expect(own).toEqual(expect.arrayContaining(expected));
  });

  test('are named by no file outside their folders, but where they are configured and described', () => {
    const naming = places(sources, ({ path, text }) => {
      const code = text.replace(/\/\*\*[\s\S]*?\*\/|\/\/.*|'[^']*'|"[^"]*"|`[^`]*`/g, '');
      return !path.startsWith('src/providers/') && /cryptomus|heleket|repay|hashlee/i.test(code);
    });
    // The environment's variables, the sandbox's accounts, and the descriptions of the enum.
    expect(naming).toEqual(['src/account-config.ts', 'src/demo.ts', 'src/schema/account.ts']);
  });
});
