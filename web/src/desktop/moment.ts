// SPDX-License-Identifier: Apache-2.0
// Which moment a board shows: now, the end of an earlier day, or a stored cut-off. It stands in the
// address, so that a figure can be handed on as a link.
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';

export interface Moment {
  day?: string;
  cut_off?: string;
}

const kDay = /^\d{4}-\d{2}-\d{2}$/;
const kId = /^[0-9a-f-]{36}$/;

export function moment_of(query: Record<string, unknown>): Moment {
  const { day, cut_off } = query;
  if (typeof cut_off === 'string' && kId.test(cut_off)) return { cut_off };
  return typeof day === 'string' && kDay.test(day) ? { day } : {};
}

export const is_live = (moment: Moment) => !moment.day && !moment.cut_off;

// One part of the address's query; undefined or empty takes it away.
export function use_query() {
  const route = useRoute();
  const router = useRouter();
  const part = (name: string) => {
    const value = route.query[name];
    return typeof value === 'string' ? value : undefined;
  };
  function put(parts: Record<string, string | undefined>, how: 'push' | 'replace' = 'push') {
    const query = { ...route.query, ...parts };
    for (const [name, value] of Object.entries(query)) if (!value) delete query[name];
    return router[how]({ path: route.path, query });
  }
  return { route, part, put, moment: computed(() => moment_of(route.query)) };
}
