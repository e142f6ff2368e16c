// SPDX-License-Identifier: Apache-2.0
// The stored figures of a region, the newest first.
import { computed } from 'vue';
import { api, ask } from '@/api/client';
import type { Schemas } from '@/gen/schema';
import { use_view } from './view';

export function use_cut_offs(region: () => string) {
  const { view, refresh } = use_view<Schemas['CutOffs']>(region, () =>
    ask(api.GET('/api/v1/reporting/cut_offs', { params: { query: { region: region() } } })),
  );
  const rows = computed(() => [...(view.value?.rows ?? [])].sort((a, b) => b.at - a.at));
  return { rows, refresh };
}
