// SPDX-License-Identifier: Apache-2.0
// The door to the lock, a chunk of its own beside the engine.
type Lock = typeof import('./lock');
let loading: Promise<Lock> | undefined;

export function lock_engine(): Promise<Lock> {
  loading ??= import('./lock').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
