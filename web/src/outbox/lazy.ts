// SPDX-License-Identifier: Apache-2.0
// The door to the engine (outbox, database, sync). It is its own chunk, asked for right at the start,
// so that the first screen does not wait for it.
type Engine = typeof import('./engine');
let loading: Promise<Engine> | undefined;

export function engine(): Promise<Engine> {
  loading ??= import('./engine').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
