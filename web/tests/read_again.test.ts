// SPDX-License-Identifier: Apache-2.0
// When a read is asked again by itself.
import { expect, test } from 'vitest';
import { read_again } from '@/api/read_again';

// [statuses the server gives with their Retry-After, what comes of it, the waits]
const cases: [string, [number, string?][], number, number[]][] = [
  ['an answer is an answer', [[200]], 200, []],
  ['busy once', [[503, '2'], [200]], 200, [2_000]],
  ['busy twice', [[503, '1'], [503, '2'], [200]], 200, [1_000, 2_000]],
  ['busy for long: the page says so', [[503, '1'], [503, '1'], [503, '1']], 503, [1_000, 1_000]],
  ['a long wait is told at once', [[503, '60']], 503, []],
  ['a proxy that does not say when', [[503]], 503, []],
  ['a refusal stays one', [[403, '1']], 403, []],
  ['told to slow down: it is this sender who asks too much', [[429, '1']], 429, []],
];

test.each(cases)('%s', async (_, given, status, waits) => {
  const left = [...given];
  const waited: number[] = [];
  const answer = await read_again(
    () => {
      const [code, after] = left.shift()!;
      return Promise.resolve(
        new Response(null, { status: code, headers: after ? { 'retry-after': after } : {} }),
      );
    },
    (ms) => {
      waited.push(ms);
      return Promise.resolve();
    },
  );
  expect(answer.status).toBe(status);
  expect(waited).toEqual(waits);
  expect(left).toEqual([]);
});
