// SPDX-License-Identifier: Apache-2.0
// What the page of grids and buildings reads of a community: its grids with their households, its
// buildings, its compounds.
import { computed, onScopeDispose, ref } from 'vue';
import { api, ask } from '@/api/client';
import type { Answer } from '@/api/problem';
import type { Schemas } from '@/gen/schema';
import { on_change } from '@/live/changes';
import type { OutboxRow } from '@/outbox/db';
import { engine } from '@/outbox/lazy';
import { session } from '@/session/session';
import { touches } from './figures';
import { compounds_of, type BuildingRow, type Compound, type GridPlace } from './places';
import { use_view } from './view';

interface Places {
  grids: GridPlace[];
  buildings: BuildingRow[];
  has_roster: boolean;
}
const kPagesMost = 10; // far more grids than a community has

async function read_grids(community: string): Promise<Answer<Schemas['RegionChild'][]>> {
  const grids: Schemas['RegionChild'][] = [];
  let after: string | undefined;
  for (let page = 0; page < kPagesMost; page += 1) {
    const query = { region: community, ...(after ? { after } : {}) };
    const answer = await ask(api.GET('/api/v1/regions/children', { params: { query } }));
    if (!answer.ok) return answer;
    grids.push(...answer.data.children.filter(({ level }) => level === 'grid'));
    after = answer.data.next;
    if (!after) break;
  }
  return { ok: true, data: grids, status: 200 };
}

// Counted in a round only; without one nothing is said rather than nothing counted.
async function read_households(community: string): Promise<Map<string, number>> {
  const query = { region: community };
  const answer = await ask(api.GET('/api/v1/reporting/board', { params: { query } }));
  const counts = new Map<string, number>();
  if (!answer.ok) return counts;
  for (const { code, households } of answer.data.rows) {
    const n = households.due + households.vacant;
    if (n > 0) counts.set(code, n);
  }
  return counts;
}

// Before the first round no figure tells whether the roster is there; the first building's doors do.
async function has_doors(community: string, building: string | undefined): Promise<boolean> {
  if (!building) return false;
  const query = { community, building };
  const answer = await ask(api.GET('/api/v1/screening/building', { params: { query } }));
  return !answer.ok || answer.data.counts.some(({ count }) => count > 0);
}

async function read_places(community: string): Promise<Answer<Places>> {
  const query = { community };
  const [grids, buildings, households] = await Promise.all([
    read_grids(community),
    ask(api.GET('/api/v1/regions/buildings', { params: { query } })),
    read_households(community),
  ]);
  if (!grids.ok) return grids;
  if (!buildings.ok) return buildings;
  const has_roster =
    households.size > 0 || (await has_doors(community, buildings.data.rows[0]?.id));
  return {
    ok: true,
    status: 200,
    data: {
      has_roster,
      grids: grids.data.map(({ code, name }) => ({ code, name, households: households.get(code) })),
      buildings: buildings.data.rows,
    },
  };
}

// The server names a compound only where a building stands in it; a new one is known from the record
// that added it.
function use_added_compounds(community: () => string | undefined) {
  const rows = ref<OutboxRow[]>([]);
  let stop: (() => void) | undefined;
  let gone = false;
  void engine().then(({ follow_rows }) => {
    const account = session.account?.id;
    if (gone || !account) return;
    stop = follow_rows(account, (all) => {
      rows.value = all.filter(
        ({ type, state }) =>
          type === 'regions.add_compound' && (state === 'sent' || state === 'queued'),
      );
    });
  });
  onScopeDispose(() => {
    gone = true;
    stop?.();
  });
  return computed<Compound[]>(() =>
    rows.value
      .filter(({ region }) => region === community())
      .map(({ subject, label }) => ({ id: subject, name: label })),
  );
}

export function use_places(community: () => string | undefined) {
  const { view, refresh, refresh_soon } = use_view<Places>(community, () =>
    read_places(community() ?? ''),
  );
  on_change((change) => {
    const code = community();
    if (code && touches(code, change)) refresh_soon();
  });
  const added = use_added_compounds(community);
  const grids = computed(() => view.value?.grids ?? []);
  const buildings = computed(() => view.value?.buildings ?? []);
  const compounds = computed(() => compounds_of(buildings.value, added.value));
  const of_grid = (code: string) => buildings.value.filter(({ grid }) => grid === code);
  return { view, refresh, grids, buildings, compounds, of_grid };
}
