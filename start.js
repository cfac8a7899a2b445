/** Starts Paygraph. A Node that reads TypeScript itself does: it starts sooner, and its functions are what was written. */

import { setFlagsFromString } from 'node:v8';

// Whatever a request makes dies with it. The first requests, slow as they are, would teach V8 otherwise, for good.
setFlagsFromString('--no-allocation-site-pretenuring');
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import('./src/main.ts');
