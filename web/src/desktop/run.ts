// SPDX-License-Identifier: Apache-2.0
// Commands of an officer's forms, and what is said of their fate.
import { ref } from 'vue';
import type { Failure } from '@/api/problem';
import type { CommandType } from '@/api/types';
import { show_snack } from '@/components/snack';
import { check_fields, server_errors, type FieldError } from '@/fields/check';
import type { Fields } from '@/gen/schema';
import { tr } from './run_texts';
import { focus_error, settle, write, type Writing } from './write';

const kHeldMs = 12_000;
export interface Done {
  ok: boolean;
  failure?: Failure;
  errors: FieldError[];
}

// `said` when it is done, `held` where it is held for another reason than changed rights.
export async function run<K extends CommandType>(
  writing: Writing<K>,
  said: string,
  held = tr('held'),
): Promise<Done> {
  const row = await write(writing);
  if (!row) return { ok: false, errors: [] };
  if (row.state === 'refused' || row.state === 'conflict') {
    await settle(row);
    const errors = server_errors(row.problem);
    const failure = { status: row.problem?.status ?? 0, problem: row.problem };
    return { ok: false, errors, ...(errors.length > 0 ? {} : { failure }) };
  }
  if (row.state === 'held') {
    await settle(row);
    show_snack(held, { ms: kHeldMs, serious: true });
  } else show_snack(row.state === 'sent' ? said : tr('waits'));
  return { ok: true, errors: [] };
}

// A form of one command: what is wrong with its fields, why it was refused, whether it is under way.
export function use_form() {
  const errors = ref<FieldError[]>([]);
  const failure = ref<Failure>();
  const busy = ref(false);
  function clear() {
    errors.value = [];
    failure.value = undefined;
  }
  // Whether it was taken; what is wrong is shown, and the first wrong field has the focus.
  async function send<K extends CommandType>(
    rules: Fields,
    writing: Writing<K>,
    said: string,
    held?: string,
  ): Promise<boolean> {
    errors.value = check_fields(rules, writing.body);
    if (errors.value.length > 0) {
      focus_error();
      return false;
    }
    busy.value = true;
    const done = await run(writing, said, held);
    busy.value = false;
    errors.value = done.errors;
    failure.value = done.failure;
    return done.ok;
  }
  return { errors, failure, busy, clear, send };
}
