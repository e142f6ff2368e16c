// SPDX-License-Identifier: Apache-2.0
// The rows of the account that is logged in, live over all tabs.
import { onScopeDispose, shallowRef } from 'vue';
import type { OutboxRow } from '@/outbox/db';
import { engine } from '@/outbox/lazy';
import { session } from '@/session/session';

export function use_rows() {
  const rows = shallowRef<OutboxRow[]>();
  let unfollow: (() => void) | undefined;
  let gone = false;
  void engine().then(({ follow_rows }) => {
    const account = session.account?.id;
    if (gone || !account) return;
    unfollow = follow_rows(account, (fresh) => {
      rows.value = fresh;
    });
  });
  onScopeDispose(() => {
    gone = true;
    unfollow?.();
  });
  return rows;
}
