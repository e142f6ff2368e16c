// SPDX-License-Identifier: Apache-2.0
// Reads the board of a region: all its pages up to a limit, again when something there changed. Stored
// figures are read once, because they never change.
import { computed, onScopeDispose, ref } from 'vue';
import { api, ask } from '@/api/client';
import { server_now } from '@/api/clock';
import type { Answer } from '@/api/problem';
import { on_change } from '@/live/changes';
import { session } from '@/session/session';
import { use_data_time } from '@/shell/frame';
import { touches, type BoardView } from './figures';
import { is_live, type Moment } from './moment';
import { use_view } from './view';

const kPagesMost = 10;
const kTickMs = 15_000;

async function read_board(region: string, moment: Moment): Promise<Answer<BoardView>> {
  const read = (after?: string) =>
    ask(
      api.GET('/api/v1/reporting/board', {
        params: { query: { region, ...moment, ...(after ? { after } : {}) } },
      }),
    );
  const first = await read();
  if (!first.ok) return first;
  const board: BoardView = { ...first.data };
  for (let page = 1; board.next && page < kPagesMost; page += 1) {
    const more = await read(board.next);
    if (!more.ok) return more;
    board.rows = [...board.rows, ...more.data.rows];
    board.next = more.data.next;
  }
  return { ok: true, data: board, status: first.status };
}

export function use_board(region: () => string, moment: () => Moment) {
  const { view, refresh, refresh_soon } = use_view<BoardView>(
    () => `${region()}|${moment().day ?? ''}|${moment().cut_off ?? ''}`,
    () => read_board(region(), moment()),
  );
  const live = computed(() => is_live(moment()));
  on_change((change) => {
    if (live.value && touches(region(), change)) refresh_soon();
  });
  const now = ref(server_now());
  const tick = setInterval(() => {
    now.value = server_now();
  }, kTickMs);
  onScopeDispose(() => clearInterval(tick));
  use_data_time(() => view.value?.cut_off.at);
  return { view, refresh, refresh_soon, live, now };
}

// The region an account opens on.
export const own_region = computed(() => session.account?.region.code ?? '');
const people_roles = ['community_officer', 'township_officer', 'county_officer'];
// Above the district there are counts only; the server answers so, and the page says so.
export const meets_people = computed(() => people_roles.includes(session.account?.role ?? ''));
