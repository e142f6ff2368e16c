// SPDX-License-Identifier: Apache-2.0
// What a page tells the frame around it: the way down to it, and how old its figures are.
import { onScopeDispose, reactive, watchEffect } from 'vue';
import type { RouteLocationRaw } from 'vue-router';

export interface Crumb {
  name: string;
  to?: RouteLocationRaw; // absent: the place we are at, or one that this account may not open
}
export interface Find {
  label: string;
  run(): void;
}
export const frame = reactive({
  crumbs: [] as Crumb[],
  find: undefined as Find | undefined, // what the search button of the top bar does here
  data_at: undefined as number | undefined,
  dirty: false,
  storage_blocked: false,
  update: undefined as (() => void) | undefined, // a new version waits; calling this reloads into it
});

export function use_crumbs(crumbs: () => Crumb[]) {
  watchEffect(() => {
    frame.crumbs = crumbs();
  });
  onScopeDispose(() => {
    frame.crumbs = [];
  });
}

export function use_find(find: () => Find | undefined) {
  watchEffect(() => {
    frame.find = find();
  });
  onScopeDispose(() => {
    frame.find = undefined;
  });
}

// The time that the page's figures stand for; shown in the top bar.
export function use_data_time(at: () => number | undefined) {
  watchEffect(() => {
    frame.data_at = at();
  });
  onScopeDispose(() => {
    frame.data_at = undefined;
  });
}

// While true no update is offered: a form holds something that is not saved yet.
export function use_dirty(dirty: () => boolean) {
  watchEffect(() => {
    frame.dirty = dirty();
  });
  onScopeDispose(() => {
    frame.dirty = false;
  });
}
