// SPDX-License-Identifier: Apache-2.0
// Whether this browser can keep anything, and a request that it does not throw it away.
import { db } from '@/outbox/db';
import { frame } from './frame';

export async function check_storage() {
  try {
    await db.open();
  } catch {
    frame.storage_blocked = true;
    return;
  }
  await navigator.storage?.persist?.().catch(() => false);
}
