/** A server is killed at every step of a write, and started again on what it left behind. Whatever the moment, money
 * has moved at most once per key, nobody was told of anything that is lost, and every write ends. */

import { afterAll, expect, test } from 'vitest';
import { hasServer } from '../support/postgres.ts';
import { MOMENTS, openRig, type Tally } from './rig.ts';

// `npm run crash` is the long one.
const IS_LONG = process.env.MODE === 'crash';
const KILLS = Number(process.env.CRASH_KILLS ?? (IS_LONG ? 200 : 4));
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 31);
const DATABASES = [
  { name: 'the embedded database', kind: 'folder', missing: false },
  { name: 'a PostgreSQL server', kind: 'server', missing: !hasServer() },
] as const;
const reports: string[] = [];

afterAll(() => {
  if (IS_LONG) process.stdout.write(`\nseed ${SEED}\n${reports.join('\n')}\n`);
});

for (const [index, { name, kind, missing }] of DATABASES.entries()) {
  test
    .skipIf(missing)
    .concurrent(
      `on ${name}, a server that is killed at any step of a write loses nothing and repeats nothing`,
      { timeout: 60_000 + KILLS * 15_000 },
      async () => {
        const rig = await openRig(kind, SEED);
        try {
          for (let kill = 0; kill < KILLS; kill++) {
            // The databases begin half-way round from one another, so that a short run comes to every moment.
            await rig.kill(MOMENTS[(kill + index * (MOMENTS.length / 2)) % MOMENTS.length]!);
            expect(rig.problems, `kill ${kill + 1} of CRASH_SEED=${SEED}`).toEqual([]);
          }
          await rig.judgeAll();
          expect(rig.problems, `in the end of CRASH_SEED=${SEED}`).toEqual([]);
          reports.push(table(name, rig.tallies));
        } finally {
          await rig.close();
        }
      },
    );
}

/** What the kills at each moment came to. */
function table(name: string, tallies: ReadonlyMap<string, Tally>): string {
  const states = ['SUCCEEDED', 'REJECTED', 'NEEDS_REVIEW'];
  const head = ['kills', 'writes', 'cut off', 'effects', ...states];
  const rows = [...tallies].map(
    ([moment, { kills, writes, unanswered, effects, ended }]): [string, number[]] => [
      moment,
      [kills, writes, unanswered, effects, ...states.map((state) => ended[state] ?? 0)],
    ],
  );
  const sums = head.map((_, column) => rows.reduce((sum, [, cells]) => sum + cells[column]!, 0));
  const line = (label: string, cells: readonly (string | number)[]) =>
    label.padEnd(24) + cells.map((cell) => String(cell).padStart(13)).join('');
  return [
    line(name, head),
    ...rows.map(([moment, cells]) => line(moment, cells)),
    line('all', sums),
    '',
  ].join('\n');
}
