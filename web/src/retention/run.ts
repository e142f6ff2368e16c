// SPDX-License-Identifier: Apache-2.0
// A form of one command about a hold: what is wrong, why it was refused, whether it is under way.
import { ref } from 'vue';
import type { Failure } from '@/api/problem';
import type { CommandType } from '@/api/types';
import { show_snack } from '@/components/snack';
import { focus_error, settle, write, type Writing } from '@/desktop/write';
import { check_fields, server_errors, type FieldError } from '@/fields/check';
import type { Fields } from '@/gen/schema';
import { tr } from './texts';

export function use_form() {
  const errors = ref<FieldError[]>([]);
  const failure = ref<Failure>();
  const busy = ref(false);
  function clear() {
    errors.value = [];
    failure.value = undefined;
  }
  async function send<K extends CommandType>(rules: Fields, writing: Writing<K>, said: string) {
    clear();
    errors.value = check_fields(rules, writing.body);
    if (errors.value.length > 0) {
      focus_error();
      return false;
    }
    busy.value = true;
    const row = await write(writing);
    busy.value = false;
    if (!row) return false;
    if (row.state === 'refused') {
      await settle(row);
      errors.value = server_errors(row.problem);
      if (errors.value.length === 0)
        failure.value = { status: row.problem?.status ?? 0, problem: row.problem };
      return false;
    }
    show_snack(row.state === 'sent' ? said : tr('done.waits'));
    return true;
  }
  return { errors, failure, busy, clear, send };
}
