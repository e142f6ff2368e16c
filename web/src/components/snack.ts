// SPDX-License-Identifier: Apache-2.0
// The one message bar: says what was done and, for a while, takes it back.
import { reactive } from 'vue';

export interface SnackAction {
  label: string;
  run(): void | Promise<void>;
}
export const snack = reactive({
  text: '',
  action: undefined as SnackAction | undefined,
  ms: 0,
  key: 0,
  serious: false,
});
let timer: ReturnType<typeof setTimeout> | undefined;

export function show_snack(
  text: string,
  options: { action?: SnackAction; ms?: number; serious?: boolean } = {},
) {
  clearTimeout(timer);
  snack.text = text;
  snack.action = options.action;
  snack.ms = options.ms ?? 5_000;
  snack.serious = options.serious ?? false;
  snack.key += 1;
  timer = setTimeout(hide_snack, snack.ms);
}

export function hide_snack() {
  clearTimeout(timer);
  snack.text = '';
  snack.action = undefined;
}
