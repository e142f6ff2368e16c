// SPDX-License-Identifier: Apache-2.0
// A view of the server for a page: while it is read again the last one stays, and stays with its age
// when the reading fails. In memory only: officers' screens keep nothing on the device.
import { onScopeDispose, reactive, watch } from 'vue';
import { server_now } from '@/api/clock';
import { offline } from '@/api/contact';
import type { Answer, Failure } from '@/api/problem';
import { session } from '@/session/session';

export interface View<V> {
  value?: V;
  at: number; // when the server gave it
  loading: boolean;
  failure?: Failure;
}
const kSoonMs = 400;

// `key` names what is shown; another key empties the view, undefined means there is nothing to read.
export function use_view<V extends object>(
  key: () => string | undefined,
  fetcher: () => Promise<Answer<V>>,
  soon_ms = kSoonMs,
) {
  const view = reactive({ value: undefined, at: 0, loading: true }) as View<V>;
  let turn = 0;
  let again: ReturnType<typeof setTimeout> | undefined;

  async function refresh(): Promise<void> {
    if (key() === undefined) return;
    const mine = (turn += 1);
    view.loading = true;
    const answer = await fetcher();
    if (mine !== turn) return;
    view.loading = false;
    if (answer.ok) {
      view.failure = undefined;
      view.value = answer.data;
      view.at = server_now();
      return;
    }
    view.failure = answer.failure;
    if (answer.failure.status === 401) session.status = 'expired';
  }
  // Many changes in a row are one reading.
  function refresh_soon() {
    again ??= setTimeout(() => {
      again = undefined;
      void refresh();
    }, soon_ms);
  }
  watch(
    key,
    (name) => {
      turn += 1;
      view.value = undefined;
      view.failure = undefined;
      view.at = 0;
      view.loading = name !== undefined;
      void refresh();
    },
    { immediate: true },
  );
  // Back from a broken line: what is shown may be old.
  watch(offline, (is_offline) => {
    if (!is_offline) refresh_soon();
  });
  onScopeDispose(() => clearTimeout(again));
  return { view, refresh, refresh_soon };
}
