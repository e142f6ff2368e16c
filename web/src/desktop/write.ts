// SPDX-License-Identifier: Apache-2.0
// An officer's write: into the outbox like every other, then, because it is done at a desk, what became
// of it.
import { nextTick } from 'vue';
import type { Commands, CommandType } from '@/api/types';
import { show_snack } from '@/components/snack';
import { t } from '@/i18n';
import type { OutboxRow } from '@/outbox/db';
import { engine } from '@/outbox/lazy';
import { session } from '@/session/session';

const kWaitMs = 12_000;

export interface Writing<K extends CommandType> {
  type: K;
  region: string; // where the subject stands: the journal of its district takes it
  subject: string;
  label: string;
  body: Commands[K];
}

// The row as it is after the server's answer, or still queued when none came in time; undefined when
// the device could not store it, which the person is told.
export async function write<K extends CommandType>(
  writing: Writing<K>,
): Promise<OutboxRow | undefined> {
  const account = session.account;
  if (!account) return undefined;
  const { outbox, poke, db, follow } = await engine();
  let row: OutboxRow;
  try {
    row = await outbox.save({ ...writing, account: account.id });
  } catch {
    show_snack(`${t('state.not_saved')}. ${t('state.not_saved_do')}`, {
      ms: 15_000,
      serious: true,
    });
    return undefined;
  }
  poke(row.not_before);
  return new Promise((resolve) => {
    let last = row;
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve(last);
    };
    const timer = setTimeout(end, kWaitMs);
    const stop = follow(
      () => db.outbox.get(row.id),
      (fresh) => {
        if (!fresh) return;
        last = fresh;
        if (fresh.state !== 'queued') setTimeout(end, 0);
      },
    );
  });
}

// What cannot wait is taken off the device again, unless it is on its way already: then false.
export async function take_back(row: OutboxRow): Promise<boolean> {
  const { outbox } = await engine();
  return outbox.undo(row.id).catch(() => false);
}

// The first field with an error takes the focus, so that it is read out and can be mended at once.
export async function focus_error(): Promise<void> {
  await nextTick();
  document.querySelector<HTMLElement>('dialog[open] [aria-invalid="true"]')?.focus();
}

// What was refused at a form stays at the form; the list of records need not ask about it again.
// Rows that stood behind it may go now.
export async function settle(row: OutboxRow): Promise<void> {
  const { outbox, poke } = await engine();
  await outbox.settle(row.id, 'seen').catch(() => undefined);
  poke();
}
