// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition instead of a time.
import { setTimeout as pause } from 'node:timers/promises';

const kLookEveryMs = 40;

// The first answer of `look` that is not false, undefined or null; fails with `what` after `ms`.
export async function until(what, look, ms = 20_000) {
  const end = performance.now() + ms;
  let last;
  for (;;) {
    last = await look();
    if (last !== undefined && last !== null && last !== false) return last;
    if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await pause(kLookEveryMs);
  }
}
