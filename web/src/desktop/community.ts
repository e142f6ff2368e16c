// SPDX-License-Identifier: Apache-2.0
// What an officer of the district reads of one community beside its figures: the grids with their
// doors, the buildings, who works where.
import { computed } from 'vue';
import { api, ask } from '@/api/client';
import type { Answer } from '@/api/problem';
import type { DoorsView } from '@/api/types';
import type { Schemas } from '@/gen/schema';
import { on_change } from '@/live/changes';
import { meets_people } from './board';
import { touches } from './figures';
import { missing_of, overdue_by_building } from './missing';
import { use_view } from './view';

interface Doors {
  grids: DoorsView[];
}
const kGridsMost = 60;
const kAtOnce = 4;

// The grids in groups, so that one community does not take all connections of the browser.
async function read_doors(community: string): Promise<Answer<Doors>> {
  const children = await ask(
    api.GET('/api/v1/regions/children', { params: { query: { region: community } } }),
  );
  if (!children.ok) return children;
  const codes = children.data.children
    .filter(({ level }) => level === 'grid')
    .slice(0, kGridsMost)
    .map(({ code }) => code);
  const grids: DoorsView[] = [];
  for (let from = 0; from < codes.length; from += kAtOnce) {
    const answers = await Promise.all(
      codes
        .slice(from, from + kAtOnce)
        .map((grid) => ask(api.GET('/api/v1/screening/doors', { params: { query: { grid } } }))),
    );
    for (const answer of answers) {
      if (!answer.ok) return answer;
      grids.push(answer.data);
    }
  }
  return { ok: true, data: { grids }, status: children.status };
}

const kDoorsSoonMs = 1_500;

export function use_community(community: () => string, live: () => boolean, now: () => number) {
  const wanted = () => (meets_people.value && live() ? community() : undefined);
  const doors = use_view<Doors>(wanted, () => read_doors(community()), kDoorsSoonMs);
  const buildings = use_view<Schemas['Buildings']>(wanted, () =>
    ask(api.GET('/api/v1/regions/buildings', { params: { query: { community: community() } } })),
  );
  const accounts = use_view<Schemas['Accounts']>(wanted, () =>
    ask(api.GET('/api/v1/accounts', { params: { query: { region: community() } } })),
  );
  on_change((change) => {
    if (touches(community(), change)) doors.refresh_soon();
  });
  const grids = computed(() => doors.view.value?.grids ?? []);
  const missing = computed(() => missing_of(grids.value, now()));
  const round = computed(() => grids.value.find((grid) => grid.round)?.round);
  const workers = computed(() => {
    const names = new Map<string, string[]>();
    for (const row of accounts.view.value?.rows ?? []) {
      if (row.role !== 'grid_worker' || row.state !== 'open') continue;
      names.set(row.region.code, [...(names.get(row.region.code) ?? []), row.display_name]);
    }
    return names;
  });
  return {
    doors,
    grids,
    missing,
    round,
    workers,
    overdue: computed(() => overdue_by_building(missing.value)),
    buildings: computed(() => buildings.view.value?.rows ?? []),
    buildings_view: buildings,
  };
}
