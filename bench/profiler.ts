/** Loaded into a server that is to be profiled: a first SIGUSR2 begins a CPU profile, a second one writes it. */

import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();
await session.post('Profiler.enable');

process.once('SIGUSR2', async () => {
  await session.post('Profiler.start');
  process.once('SIGUSR2', async () => {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(process.env.BENCH_PROFILE!, JSON.stringify(profile));
    process.stdout.write('profiled\n');
  });
});
