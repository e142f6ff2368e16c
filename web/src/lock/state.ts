// SPDX-License-Identifier: Apache-2.0
// What the screen knows of the phone's lock; the engine fills it in (lock.ts).
import { computed, reactive } from 'vue';
import { barred, session } from '@/session/session';

// none: nothing is kept for this account that needs one (officers, a browser that stores nothing)
// looking: what this phone has is being read · unset: a PIN has to be chosen
// locked: it has to be typed · open: records can be read and kept
export type LockState = 'none' | 'looking' | 'unset' | 'locked' | 'open';

export const lock = reactive({
  state: 'looking' as LockState,
  account: '', // whose it is
  left: undefined as number | undefined, // tries, after a wrong one
  digits: 0,
  failures_max: 0,
  offline_hours_max: 0,
});

export function has_pin(): boolean {
  return session.account?.role === 'grid_worker';
}

// Whether the PIN stands before everything. A password and one-time codes come before it.
export const gated = computed(() => {
  if (!has_pin() || barred.value) return false;
  return lock.account !== session.account?.id || !['none', 'open'].includes(lock.state);
});
