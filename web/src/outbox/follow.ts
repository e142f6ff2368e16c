// SPDX-License-Identifier: Apache-2.0
// Live results of the phone's database, over all tabs. A database that cannot be read gives nothing:
// the frame says so once, for all (src/shell/storage.ts).
import { liveQuery } from 'dexie';
import type { OutboxRow } from './db';
import { outbox } from './outbox';

export function follow<V>(query: () => Promise<V>, each: (value: V) => void): () => void {
  const subscription = liveQuery(query).subscribe({ next: each, error: () => undefined });
  return () => subscription.unsubscribe();
}

// Rows as people read them; again when the lock opens or closes. Reading takes its time, so a later
// result never gives way to an earlier one.
export function follow_rows(account: string, each: (rows: OutboxRow[]) => void): () => void {
  let turn = 0;
  let last: OutboxRow[] | undefined;
  const show = async () => {
    const mine = (turn += 1);
    const opened = last && (await outbox.keeper.open_all(last));
    if (opened && mine === turn) each(opened);
  };
  const off = outbox.keeper.on_keys(() => void show());
  const unfollow = follow(
    () => outbox.all_rows(account),
    (rows) => {
      last = rows;
      void show();
    },
  );
  return () => {
    turn += 1;
    last = undefined;
    off();
    unfollow();
  };
}
