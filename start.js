/** Starts Paygraph. A Node that reads TypeScript itself does: it starts sooner, and its functions are what was written. */

import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// Whatever a request makes dies with it. The first requests, slow as they are, would teach V8 otherwise, for good.
setFlagsFromString('--no-allocation-site-pretenuring');
// Nor does a quiet moment mean that the next request may be slow: eight seconds after much work V8 would make itself small,
// throw away what it has compiled, and collect garbage all the time when work comes again.
setFlagsFromString('--gc-memory-reducer-start-delay-ms=2000000000');
// What has been compiled once need not be at the next start.
module.enableCompileCache?.(fileURLToPath(new URL('node_modules/.cache/paygraph', import.meta.url)));
// For every file Node 24 reads again what its package exports: for drizzle, 180 kB a hundred times.
module.registerHooks?.({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    const isOfDrizzle = parentURL.includes('/node_modules/drizzle-orm/') && /^\..*\.js$/.test(specifier);
    if (!isOfDrizzle) return next(specifier, context);
    return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
  },
});
if (process.features.typescript) {
  await import('./src/main.ts');
} else {
  process.setSourceMapsEnabled(true);
  await import(await compiled());
}

async function compiled() {
  try {
    const { compile } = await import('./compile.js');
    return await compile('src/main.ts');
  } catch (error) {
    // Of the system, which lets nothing be written here: slower, but as well.
    if (error.syscall === undefined) throw error;
    const { register } = await import('tsx/esm/api');
    register();
    return './src/main.ts';
  }
}
