// SPDX-License-Identifier: Apache-2.0
// What the screen knows of the outbox: small enough for the first load; the engine fills it in.
import { computed, reactive, ref } from 'vue';
import { offline } from '@/api/contact';
import { barred, session } from '@/session/session';

export interface Counts {
  queued: number;
  oldest_due_at?: number; // when the oldest waiting row could first have gone out
  yours: number; // conflicts and refusals that wait for the worker
  held: number;
}

export const counts = reactive<Counts>({ queued: 0, yours: 0, held: 0, oldest_due_at: undefined });
export const sending = ref(false);
export const now = ref(Date.now());

export type SyncState = 'yours' | 'login' | 'kept' | 'sending' | 'held' | 'sent';
const kSlowMs = 10_000;

// One state at a time, the worst first.
export function sync_state(
  known: Counts,
  at: number,
  is_offline: boolean,
  must_login: boolean,
): SyncState {
  if (known.yours > 0) return 'yours';
  if (known.queued > 0) {
    if (must_login) return 'login';
    const late = known.oldest_due_at !== undefined && at - known.oldest_due_at > kSlowMs;
    return is_offline || late ? 'kept' : 'sending';
  }
  return known.held > 0 ? 'held' : 'sent';
}

export const state = computed(() =>
  sync_state(
    counts,
    now.value,
    offline.value || barred.value, // neither way anything goes out
    session.status === 'expired',
  ),
);
