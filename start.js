/** Starts Paygraph. A Node that reads TypeScript itself does: it starts sooner, and its functions are what was written. */

if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import('./src/main.ts');
