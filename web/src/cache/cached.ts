// SPDX-License-Identifier: Apache-2.0
// A view that stays readable without network: the last copy from the phone, then the server's,
// whichever is first on the screen, the newer one to stay.
import { onScopeDispose, reactive } from 'vue';
import type { Answer, Failure } from '@/api/problem';
import { engine } from '@/outbox/lazy';
import { session } from '@/session/session';

export const kStaleMs = 4 * 3_600_000;

export interface Cached<V> {
  value?: V;
  at: number; // when the server gave it
  loading: boolean;
  failure?: Failure;
}

// `refresh()` asks the server again; other tabs see the fresh copy through the database.
export function use_cached<V extends object>(
  key: () => string | undefined,
  fetcher: () => Promise<Answer<V>>,
) {
  const cached = reactive({
    value: undefined,
    at: 0,
    loading: true,
    failure: undefined,
  }) as Cached<V>;
  let stop_following: (() => void) | undefined;
  let turn = 0;

  async function refresh(): Promise<void> {
    const account = session.account?.id;
    const name = key();
    if (!account || !name) return;
    const mine = (turn += 1);
    cached.loading = true;
    const answer = await fetcher();
    if (mine !== turn) return;
    cached.loading = false;
    if (!answer.ok) {
      cached.failure = answer.failure;
      if (answer.failure.status === 401) session.status = 'expired';
      return;
    }
    cached.failure = undefined;
    cached.value = answer.data;
    cached.at = Date.now();
    const { write_cache } = await engine();
    await write_cache(account, name, answer.data, cached.at);
  }

  async function follow(account: string, name: string) {
    const { follow_cache } = await engine();
    if (name !== key()) return;
    stop_following = follow_cache<V>(account, name, (value, at) => {
      if (at <= cached.at) return;
      cached.value = value;
      cached.at = at;
    });
  }

  async function open(): Promise<void> {
    stop_following?.();
    stop_following = undefined;
    cached.value = undefined;
    cached.failure = undefined;
    cached.at = 0;
    cached.loading = true;
    const account = session.account?.id;
    const name = key();
    if (!account || !name) return;
    void follow(account, name).catch(() => undefined);
    await refresh();
  }

  onScopeDispose(() => stop_following?.());
  return { cached, open, refresh };
}
