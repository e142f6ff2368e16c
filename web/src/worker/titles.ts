// SPDX-License-Identifier: Apache-2.0
// What a row of the outbox is called.
import type { Outcome } from '@/api/types';
import type { OutboxRow } from '@/outbox/db';
import { outcome_title } from './words';
import { tc } from './command_texts';

export function command_title(row: Pick<OutboxRow, 'type' | 'body'>): string {
  const { outcome } = row.body as { outcome?: Outcome };
  return row.type === 'screening.record_visit' && outcome ? outcome_title(outcome) : tc(row.type);
}
