// SPDX-License-Identifier: Apache-2.0
// One PIN opens all that lies on this phone of an account, the read key and the phone's own key, so its
// tries are one count: whoever guesses at one gains nothing at the other.
import { db as device_db, type WangdiDb } from '@/outbox/db';

export const kRules = 'phone_rules'; // what the server said of PINs
export const lock_name = (account: string) => `lock:${account}`;
export const device_name = (account: string) => `device:${account}`;

interface Counted {
  failures: number;
}
async function set_failures(
  db: WangdiDb,
  account: string,
  next: (known: number) => number,
): Promise<number> {
  return db.transaction('rw', db.meta, async () => {
    const found = await db.meta.bulkGet([lock_name(account), device_name(account)]);
    const rows = found.filter((row) => row !== undefined);
    const known = rows.map(({ value }) => (value as Counted).failures);
    const failures = next(Math.max(0, ...known));
    await db.meta.bulkPut(
      rows.map(({ key, value }) => ({ key, value: { ...(value as Counted), failures } })),
    );
    return failures;
  });
}

// A try counts before it is made: a phone that is switched off in the middle of it gains nothing. Gives
// the tries that were made since the last right one, this one included.
export function count_try(account: string, db = device_db): Promise<number> {
  return set_failures(db, account, (known) => known + 1);
}
export async function clear_tries(account: string, db = device_db): Promise<void> {
  await set_failures(db, account, () => 0);
}
