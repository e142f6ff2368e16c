// SPDX-License-Identifier: Apache-2.0
// What the screen knows of the phone's lock; the engine fills it in (lock.ts).
import { computed, reactive } from 'vue';
import type { Problem } from '@/api/types';
import { session } from '@/session/session';

// none: nothing is kept for this account that needs one (officers, a browser that stores nothing)
// looking: what this phone has is being read · unset: a PIN has to be chosen
// locked: it has to be typed · open: records can be read and kept
// refused: the PIN was right, but the server does not take this phone as second factor
export type LockState = 'none' | 'looking' | 'unset' | 'locked' | 'open' | 'refused';

export const lock = reactive({
  state: 'looking' as LockState,
  account: '', // whose it is
  left: undefined as number | undefined, // tries, after a wrong one
  digits: 0,
  failures_max: 0,
  offline_hours_max: 0,
  problem: undefined as Problem | undefined, // why it was refused
});

export function has_pin(): boolean {
  return session.account?.role === 'grid_worker';
}

const is_here = () => lock.account === session.account?.id;

// Where nothing can be stored there is no PIN either, and one-time codes are the second factor.
export const enrols_by_pin = () => has_pin() && !(is_here() && lock.state === 'none');

// Whether the PIN stands before everything. A password comes before it.
export const gated = computed(() => {
  if (!has_pin() || session.must_set_password) return false;
  return !is_here() || !['none', 'open'].includes(lock.state);
});
