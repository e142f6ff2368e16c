// SPDX-License-Identifier: Apache-2.0
// What the lock does to the rows of an account as a whole.
import type { OutboxRow } from '@/outbox/db';
import type { Outbox } from '@/outbox/outbox';

// The lock of an account has opened: what still lies readable on the phone is closed, and what
// waited for the key goes out again.
export async function lock_has_opened(box: Outbox, account: string) {
  const rows = await box.all_rows(account);
  for (const row of rows.filter(({ body }) => body !== undefined)) {
    const { body, label, answer, conflict, sealed, kept, said } = await box.keeper.close(row);
    await box.db.outbox.update(row.id, { body, label, answer, conflict, sealed, kept, said });
  }
  await box.db.cache.filter(({ value }) => value !== undefined).delete();
  for (const row of rows.filter(({ wants_key }) => wants_key))
    await box.db.outbox.update(row.id, { wants_key: undefined, next_try_at: 0 });
}

// At log-out, and when the read key goes: everything that can be read goes with it. What was not
// sent yet stays, sealed, for the same account.
export async function forget_rows(box: Outbox, account: string) {
  const rows = await box.all_rows(account);
  const stays = rows.filter(({ state, settled }) => !settled && state !== 'sent' && state !== 'draft');
  const sealed: OutboxRow[] = [];
  for (const row of stays) {
    const closed = (await box.keeper.only_sealed(row)) ?? row;
    // The server tells a conflict anew, when its owner is there.
    const again = row.state === 'conflict' && closed !== row;
    sealed.push(again ? { ...closed, state: 'queued', attempts: 0, next_try_at: 0 } : closed);
  }
  await box.db.transaction('rw', box.db.outbox, box.db.cache, async () => {
    await box.db.cache
      .where('[account+key]')
      .between([account, ''], [account, '\uffff'])
      .delete();
    await box.db.outbox.bulkDelete(rows.map(({ id }) => id));
    await box.db.outbox.bulkPut(sealed);
  });
}
