// SPDX-License-Identifier: Apache-2.0
// First secrets and tokens come as the answer to a command and may be shown once. They wait in the outbox's row
// until somebody looks, then they are wiped from this device.
import { computed, onScopeDispose, ref } from 'vue';
import type { OutboxRow } from '@/outbox/db';
import { engine } from '@/outbox/lazy';
import { session } from '@/session/session';

export interface Secret {
  name: string; // whose
  text: string;
  expires_at?: number;
}
export const kFirstSecrets: readonly string[] = ['accounts.open', 'accounts.reset'];
export const kTokenSecrets: readonly string[] = ['accounts.make_token'];

export function secret_of(label: string, answer: unknown): Secret | undefined {
  const found = answer as
    | { first_secret?: unknown; token_secret?: unknown; expires_at?: unknown }
    | undefined;
  const secret = found?.first_secret ?? found?.token_secret;
  if (found === undefined || typeof secret !== 'string') return undefined;
  const at = found.expires_at;
  return {
    name: label,
    text: secret,
    expires_at: typeof at === 'number' ? at : undefined,
  };
}

export function waits_for_a_look(row: OutboxRow, types = kFirstSecrets): boolean {
  return (
    types.includes(row.type) &&
    row.state === 'sent' &&
    secret_of(row.label, row.answer) !== undefined
  );
}

export function use_secrets(types = kFirstSecrets) {
  const rows = ref<OutboxRow[]>([]);
  const shown = ref<Secret>();
  let stop: (() => void) | undefined;
  let gone = false;
  void engine().then(({ follow_rows }) => {
    const account = session.account?.id;
    if (!account || gone) return;
    stop = follow_rows(account, (fresh) => {
      rows.value = fresh.filter((row) => waits_for_a_look(row, types));
    });
  });
  onScopeDispose(() => {
    gone = true;
    stop?.();
    shown.value = undefined;
  });
  async function look(row: OutboxRow) {
    const { outbox } = await engine();
    shown.value = secret_of(row.label, await outbox.take_answer(row.id));
  }
  const waiting = computed(() => rows.value.map((row) => ({ id: row.id, name: row.label, row })));
  return { waiting, shown, look };
}
