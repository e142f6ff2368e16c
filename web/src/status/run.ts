// SPDX-License-Identifier: Apache-2.0
// One command of an officer about a status, and what is said of its fate.
import type { Failure } from '@/api/problem';
import type { CommandType } from '@/api/types';
import { show_snack } from '@/components/snack';
import { settle, write, type Writing } from '@/desktop/write';
import { server_errors, type FieldError } from '@/fields/check';
import { ts } from './texts';

const kHeldMs = 12_000;
export interface Done {
  ok: boolean;
  failure?: Failure;
  errors: FieldError[];
}

export async function run<K extends CommandType>(
  writing: Writing<K>,
  said: string,
): Promise<Done> {
  const row = await write(writing);
  if (!row) return { ok: false, errors: [] };
  if (row.state === 'refused') {
    await settle(row);
    const errors = server_errors(row.problem);
    const failure = { status: row.problem?.status ?? 0, problem: row.problem };
    return { ok: false, errors, ...(errors.length > 0 ? {} : { failure }) };
  }
  if (row.state === 'held') {
    await settle(row);
    show_snack(ts('done.held'), { ms: kHeldMs, serious: true });
  } else show_snack(row.state === 'sent' ? said : ts('done.waits'));
  return { ok: true, errors: [] };
}
