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

export function follow_rows(account: string, each: (rows: OutboxRow[]) => void): () => void {
  return follow(() => outbox.all_rows(account), each);
}
