// SPDX-License-Identifier: Apache-2.0
// The worker's day, shared by the list and the pages beside it: today's doors of the own grid with
// this phone's records laid over them, and the one-tap visit.
import { computed, effectScope, ref, shallowRef, watch } from 'vue';
import { api, ask, ask_early } from '@/api/client';
import { offline } from '@/api/contact';
import type { Commands, CommandType, DoorsView, Position } from '@/api/types';
import { kStaleMs, use_cached } from '@/cache/cached';
import { show_snack } from '@/components/snack';
import { t } from '@/i18n';
import { on_change } from '@/live/changes';
import type { OutboxRow } from '@/outbox/db';
import { uuid7 } from '@/outbox/ids';
import { engine } from '@/outbox/lazy';
import { counts } from '@/outbox/state';
import { session } from '@/session/session';
import { lay_over, sections } from './doors';

const kAgainMs = 400; // changes come in bursts

const my_grid = computed(() => {
  const region = session.account?.region;
  return region?.level === 'grid' ? region.code : undefined;
});

export const my_community = computed(() =>
  session.account?.region.path.find((step) => step.level === 'community'),
);

function fetch_doors() {
  const grid = my_grid.value ?? '';
  const early = window.wangdi_early;
  if (early?.doors && early.doors_of === grid) {
    const answer = ask_early<DoorsView>(early.doors);
    delete early.doors;
    return answer;
  }
  return ask(api.GET('/api/v1/screening/doors', { params: { query: { grid } } }));
}

function make_work() {
  const { cached, open, refresh } = use_cached<DoorsView>(
    () => my_grid.value && `doors:${my_grid.value}`,
    fetch_doors,
  );
  const rows = shallowRef<OutboxRow[]>([]);
  const now = ref(Date.now());
  setInterval(() => {
    now.value = Date.now();
  }, 1_000);

  let unfollow: (() => void) | undefined;
  watch(
    () => session.account?.id,
    async (account) => {
      unfollow?.();
      rows.value = [];
      if (!account) return;
      const { follow_rows } = await engine();
      if (account !== session.account?.id) return;
      unfollow = follow_rows(account, (fresh) => {
        rows.value = fresh;
        now.value = Date.now();
      });
    },
    { immediate: true },
  );
  watch(my_grid, () => void open(), { immediate: true });

  let again: ReturnType<typeof setTimeout> | undefined;
  const refresh_soon = () => {
    clearTimeout(again);
    again = setTimeout(() => void refresh(), kAgainMs);
  };
  on_change((change) => {
    const community = my_community.value?.code;
    if (!change.communities || !community || change.communities.includes(community)) refresh_soon();
  });
  watch(
    () => counts.queued,
    (queued, before) => {
      if (queued < before && !offline.value) refresh_soon();
    },
  );
  watch(offline, (is_offline) => {
    if (!is_offline) refresh_soon();
  });

  const shown = computed(() =>
    cached.value ? lay_over(cached.value, rows.value, now.value) : undefined,
  );
  const parts = computed(() => (shown.value ? sections(shown.value.doors) : undefined));
  const stale = computed(() => cached.at > 0 && now.value - cached.at > kStaleMs);
  const door_of = (household: string) =>
    shown.value?.doors.find((one) => one.door.household === household);
  const rows_of = (subject: string) => rows.value.filter((row) => row.subject === subject);
  return { cached, refresh, rows, now, shown, parts, stale, door_of, rows_of };
}

let work: ReturnType<typeof make_work> | undefined;

// One for the whole app, made when the first page asks for it.
export function use_work() {
  work ??= effectScope(true).run(make_work)!;
  return work;
}

interface Recording<K extends CommandType> {
  type: K;
  body: Commands[K];
  subject: string;
  label: string;
  creates?: boolean;
  undo?: boolean;
  base_position?: Position;
  replaces?: string;
}

// Puts one command into the outbox. Undefined when the phone could not store it: then, and only then,
// the worker is told so.
export async function record<K extends CommandType>(
  recording: Recording<K>,
): Promise<OutboxRow | undefined> {
  const account = session.account;
  if (!account) return undefined;
  try {
    const { outbox, poke } = await engine();
    const row = await outbox.save({
      ...recording,
      account: account.id,
      region: account.region.code,
    });
    poke(row.not_before);
    return row;
  } catch {
    show_snack(`${t('state.not_saved')}。${t('state.not_saved_do')}`, {
      ms: 15_000,
      serious: true,
    });
    return undefined;
  }
}

export async function record_all_well(household: string, label: string) {
  const row = await record({
    type: 'screening.record_visit',
    body: { visit: uuid7(), household, outcome: 'all_well' },
    subject: household,
    label,
    undo: true,
  });
  if (!row) return;
  show_snack(
    offline.value ? t('doors.said_phone', { door: label }) : t('doors.said', { door: label }),
    {
      ms: row.not_before - Date.now(),
      action: {
        label: t('do.undo'),
        run: async () => {
          const { outbox } = await engine();
          const undone = await outbox.undo(row.id);
          show_snack(undone ? t('doors.taken_back', { door: label }) : t('doors.too_late'), {
            ms: 3_000,
          });
        },
      },
    },
  );
}
