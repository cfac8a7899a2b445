/** The one timer of an account, on a clock of the test's own. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createWatch, EVERY_MS, NOWHERE, type Watched } from '../../src/providers/http/watch.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function watched(): Watched & { readonly times: number[] } {
  const times: number[] = [];
  return { place: NOWHERE, times, check: (now) => void times.push(now) };
}

test('looks at everything that is under way, and at nothing else', () => {
  const watch = createWatch();
  const [one, two] = [watched(), watched()];
  watch.add(one);
  watch.add(two);
  vi.advanceTimersByTime(3 * EVERY_MS);
  watch.delete(two);
  vi.advanceTimersByTime(3 * EVERY_MS);
  expect([one.times.length, two.times.length]).toEqual([6, 3]);
});

test('what ends others looks at nobody twice, and at none that has ended', () => {
  const watch = createWatch();
  const all = Array.from({ length: 5 }, watched);
  const ending = { ...watched(), check: () => [ending, ...all.slice(0, 3)].forEach(watch.delete) };
  watch.add(all[0]!);
  watch.add(ending);
  for (const one of all.slice(1)) watch.add(one);
  vi.advanceTimersByTime(2 * EVERY_MS);
  expect(all.map(({ times }) => times.length)).toEqual([1, 0, 0, 2, 2]);
});

test('rests while nothing is under way, and goes on with the next', () => {
  const watch = createWatch();
  const one = watched();
  watch.add(one);
  watch.delete(one);
  vi.advanceTimersByTime(2 * EVERY_MS);
  expect(vi.getTimerCount()).toBe(0);
  watch.add(one);
  vi.advanceTimersByTime(EVERY_MS);
  expect(one.times).toHaveLength(1);
});

test('after the process stood still, what arrived meanwhile is read first, but once only', () => {
  const now = vi.spyOn(performance, 'now');
  const watch = createWatch();
  const one = watched();
  now.mockReturnValue(1_000);
  watch.add(one);
  for (const at of [1_010, 1_500, 1_510, 2_000, 2_500]) {
    now.mockReturnValue(at);
    vi.advanceTimersByTime(EVERY_MS);
  }
  expect(one.times).toEqual([1_010, 1_510, 2_500]);
});
