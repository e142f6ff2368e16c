// SPDX-License-Identifier: Apache-2.0
// The phone's copy of views. Only the own grid is kept.
import { db } from '@/outbox/db';
import { follow } from '@/outbox/follow';

export async function read_cache<V>(
  account: string,
  key: string,
): Promise<{ value: V; at: number } | undefined> {
  const row = await db.cache.get([account, key]).catch(() => undefined);
  return row && { value: row.value as V, at: row.at };
}

export async function write_cache(account: string, key: string, value: unknown, at: number) {
  // A full disk must not keep the screen from showing what just came.
  await db.cache.put({ account, key, value, at }).catch(() => undefined);
}

// Calls back with every copy that any tab stores.
export function follow_cache<V>(
  account: string,
  key: string,
  each: (value: V, at: number) => void,
): () => void {
  return follow(
    () => db.cache.get([account, key]),
    (row) => {
      if (row) each(row.value as V, row.at);
    },
  );
}
