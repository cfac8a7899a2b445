/** Random sequences of writes through the front door, over a sandbox that misbehaves and processes that end. The
 * sandbox knows what happened; whatever the ledger says, and whatever anybody was told, must agree with it. */

import fc from 'fast-check';
import { afterAll, expect, inject, test } from 'vitest';
import { preparedDatabase } from '../support/prepared-database.ts';
import {
  type Interruption,
  type Mishap,
  openLane,
  type PlannedWrite,
  type Sequence,
  type Step,
} from './lane.ts';
import { KINDS } from './writes.ts';

// `npm run soak` is the long one.
const IS_SOAK = process.env.MODE === 'soak';
const SEQUENCES = Number(process.env.SOAK_SEQUENCES ?? (IS_SOAK ? 20_000 : 2_000));
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 2 ** 31);
/** Sequences that wait for a deadline leave the processor to the others. */
const LANES = 3;

const FAULTS: readonly Mishap['fault'][] = [
  'drop-before',
  'drop-after',
  'error-after',
  'server-error',
  'cut',
  'cut-json',
  'html',
  'rate-limit',
  'bare-failure',
  'forbidden',
];
const often = <Value>(usual: Value, weight: number, ...others: Value[]) =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const mishap: fc.Arbitrary<Mishap> = fc.record({
  late: often(false, 9, true),
  // Within the patience of a client, and beyond it.
  slowMs: often(0, 5, 25, 25, 80),
  fault: often<Mishap['fault']>(null, 1, ...FAULTS),
});

const write: fc.Arbitrary<PlannedWrite> = fc.record({
  target: fc.nat({ max: 1 }),
  key: fc.nat({ max: 1 }),
  refund: fc.boolean(),
  other: often(false, 3, true),
  mishap,
});

const interruption: fc.Arbitrary<Interruption> = fc.record({
  turns: fc.nat({ max: 30 }),
  kind: fc.constantFrom('killed', 'lost'),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write'),
      writes: fc.oneof(
        { weight: 3, arbitrary: fc.array(write, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(write, { minLength: 2, maxLength: 3 }) },
      ),
      interruption: fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: interruption },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('again'), which: fc.nat({ max: 7 }), mishap }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'round' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'release' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('process'), target: fc.nat({ max: 1 }) }) },
);

const target = fc.record({ kind: fc.constantFrom(...KINDS), second: fc.boolean() });

const sequence: fc.Arbitrary<Sequence> = fc.record({
  targets: fc.oneof(
    { weight: 3, arbitrary: fc.array(target, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(target, { minLength: 2, maxLength: 2 }) },
  ),
  steps: fc.oneof(
    { weight: 3, arbitrary: fc.array(step, { minLength: 2, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(step, { minLength: 5, maxLength: 8 }) },
  ),
});

const prepared = preparedDatabase(inject('preparedDatabase'));
const lanes = await Promise.all(Array.from({ length: LANES }, () => openLane(prepared)));
afterAll(() => Promise.all(lanes.map(({ close }) => close())));

test('whatever goes wrong, money moves once, and the ledger and every answer agree with what happened', {
  timeout: 120_000 + SEQUENCES * 150,
}, async () => {
  const ends = await Promise.allSettled(
    lanes.map(({ run }, index) =>
      fc.assert(
        fc.asyncProperty(sequence, async (planned) => {
          expect(await run(planned)).toEqual([]);
        }),
        { numRuns: Math.ceil(SEQUENCES / LANES), seed: SEED + index },
      ),
    ),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  // A soak in which nothing went wrong would have shown nothing.
  const told = lanes.flatMap(({ counts }) => Object.keys(counts.told));
  expect(told).toEqual(expect.arrayContaining(['SUCCEEDED', 'REJECTED', 'UNKNOWN', 'TARGET_BUSY']));
  if (IS_SOAK) process.stdout.write(`seed ${SEED}\n${report()}\n`);
});

const ONCE: PlannedWrite = {
  target: 0,
  key: 0,
  refund: true,
  other: false,
  mishap: { late: false, slowMs: 0, fault: null },
};
const OTHERWISE = { ...ONCE, key: 1, other: true };
const under = (write: PlannedWrite, change: Partial<Mishap>) => ({
  ...write,
  mishap: { ...write.mishap, ...change },
});
const ask = (...writes: PlannedWrite[]): Step => ({ do: 'write', writes, interruption: null });
const askAgain = (which: number, change: Partial<Mishap> = {}): Step => ({
  do: 'again',
  which,
  mishap: { ...ONCE.mishap, ...change },
});

/** Found by the test above when they went wrong. */
const FOUND: Record<string, { kind: (typeof KINDS)[number]; steps: Step[] }> = {
  'a refund that never went out is not inferred from that of another operation': {
    kind: 'blockedWallet',
    steps: [ask(ONCE), ask(under(OTHERWISE, { fault: 'drop-before' })), askAgain(1)],
  },
  'a withdrawal that was not made is not taken for one to another account': {
    kind: 'newWithdrawal',
    steps: [
      ask(under(ONCE, { fault: 'drop-before' }), under(OTHERWISE, { fault: 'drop-before' })),
      ask({ ...under(ONCE, { fault: 'drop-after' }), key: 2 }),
      { do: 'round' },
    ],
  },
  'whoever repeats a cancellation that reading refused is told that it did not happen': {
    kind: 'openWithdrawal',
    steps: [
      ask(under(ONCE, { fault: 'drop-before' })),
      { do: 'process', target: 0 },
      { do: 'round' },
      askAgain(0),
    ],
  },
  'a refusal that comes late does not settle what was sent again meanwhile': {
    kind: 'newPayout',
    steps: [
      {
        do: 'write',
        writes: [under(ONCE, { slowMs: 25, fault: 'rate-limit' })],
        interruption: { turns: 25, kind: 'lost' },
      },
      askAgain(0, { slowMs: 40 }),
    ],
  },
};

test.each(Object.entries(FOUND))('%s', async (_name, { kind, steps }) => {
  for (const second of [false, true]) {
    expect(await lanes[0]!.run({ targets: [{ kind, second }], steps })).toEqual([]);
  }
});

/** What all lanes together went through. */
function report(): string {
  const sums: Record<string, number> = {};
  for (const { counts } of lanes) {
    const { told, ended, ...totals } = counts;
    const named = (prefix: string, group: Record<string, number>) =>
      Object.entries(group).map(([name, count]): [string, number] => [`${prefix} ${name}`, count]);
    for (const [name, count] of [
      ...Object.entries(totals),
      ...named('told', told),
      ...named('ended', ended),
    ]) {
      sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return Object.entries(sums)
    .map(([name, count]) => `${name.padEnd(20)} ${String(count).padStart(9)}`)
    .join('\n');
}
