// SPDX-License-Identifier: Apache-2.0
// When the server last answered. "Offline" is derived from it and never kept as a flag of its own,
// so that no tab stays offline after the network came back.
import { computed, reactive } from 'vue';

export const contact = reactive({ last_ok_at: 0, last_failed_at: 0 });
export const offline = computed(() => contact.last_failed_at > contact.last_ok_at);

export function note_answer(at = Date.now()) {
  contact.last_ok_at = Math.max(at, contact.last_failed_at);
}

export function note_silence(at = Date.now()) {
  contact.last_failed_at = Math.max(at, contact.last_ok_at + 1);
}
