// SPDX-License-Identifier: Apache-2.0
// The phone's copy of views. Only the own grid is kept, under the read key and never without it: what
// comes while the lock is closed is kept when it opens.
import { keep, read } from '@/lock/seal';
import { has_pin } from '@/lock/state';
import { db, type CacheRow } from '@/outbox/db';
import { follow } from '@/outbox/follow';
import { outbox } from '@/outbox/outbox';

interface Waiting {
  account: string;
  key: string;
  value: unknown;
  at: number;
}
const waiting = new Map<string, Waiting>();
const place = (account: string, key: string) => `${account} ${key}`;

outbox.keeper.on_keys(() => {
  const all = [...waiting.values()];
  waiting.clear();
  for (const { account, key, value, at } of all) void write_cache(account, key, value, at);
});

export async function write_cache(account: string, key: string, value: unknown, at: number) {
  const { keys } = outbox.keeper;
  if (!has_pin()) return; // officers' screens keep nothing
  if (keys.account !== account || !keys.read_key) {
    waiting.set(place(account, key), { account, key, value, at });
    return;
  }
  // A full disk must not keep the screen from showing what just came.
  const kept = await keep(keys.read_key, place(account, key), value);
  await db.cache.put({ account, key, kept, at }).catch(() => undefined);
}

async function opened(row: CacheRow | undefined): Promise<unknown> {
  const { keys } = outbox.keeper;
  if (!row?.kept || keys.account !== row.account || !keys.read_key) return undefined;
  return read(keys.read_key, place(row.account, row.key), row.kept).catch(() => undefined);
}

// Calls back with every copy that any tab stores.
export function follow_cache<V>(
  account: string,
  key: string,
  each: (value: V, at: number) => void,
): () => void {
  return follow(
    () => db.cache.get([account, key]),
    async (row) => {
      const value = await opened(row);
      if (row && value !== undefined) each(value as V, row.at);
    },
  );
}

// What was kept of the account; nothing of anybody is left in memory either.
export async function clear_cache(account: string) {
  waiting.clear();
  await db.cache.where('[account+key]').between([account, ''], [account, '\uffff']).delete();
}
