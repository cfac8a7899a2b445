/** Loaded into a server that is to be profiled: a first SIGUSR2 begins a profile, a second one writes it. Of the processor, or,
 * when the file is called so, of what is allocated (`.heapprofile`), also of what is collected meanwhile. */

import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const file = process.env.BENCH_PROFILE!;
/** Bytes between two samples, on average. */
const SAMPLE_BYTES = 16_384;
const session = new Session();
session.connect();
if (!file.endsWith('.heapprofile')) await session.post('Profiler.enable');

async function begin() {
  if (!file.endsWith('.heapprofile')) return session.post('Profiler.start');
  return session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLE_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as object);
}

async function end() {
  const ended = file.endsWith('.heapprofile') ? 'HeapProfiler.stopSampling' : 'Profiler.stop';
  return (await session.post(ended as 'Profiler.stop')).profile;
}

process.once('SIGUSR2', async () => {
  await begin();
  process.once('SIGUSR2', async () => {
    writeFileSync(file, JSON.stringify(await end()));
    process.stdout.write('profiled\n');
  });
});
