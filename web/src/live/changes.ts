// SPDX-License-Identifier: Apache-2.0
// Who wants to know that something changed on the server; src/live/stream.ts tells them.
import { onScopeDispose } from 'vue';

export interface Changed {
  // Undefined: something may have changed anywhere (after a gap).
  districts?: number[];
  communities?: string[];
  at: number;
}
type Listener = (change: Changed) => void;
const listeners = new Set<Listener>();

export function deliver(change: Changed) {
  for (const listener of listeners) listener(change);
}

// Calls `listener` for changes until the component goes.
export function on_change(listener: Listener) {
  listeners.add(listener);
  onScopeDispose(() => listeners.delete(listener));
}
