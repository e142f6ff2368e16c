// SPDX-License-Identifier: Apache-2.0
// One household for the pages about it: from the phone's copy, then the server; without either, what
// the day's list holds.
import { computed, watch } from 'vue';
import { api, ask } from '@/api/client';
import type { HouseholdView, Person } from '@/api/types';
import { use_cached } from '@/cache/cached';
import { on_change } from '@/live/changes';
import { counts } from '@/outbox/state';
import { door_label } from '@/format/people';
import { use_work } from './work';

const kAgainMs = 500;

export type ShownPerson = Pick<Person, 'id' | 'name' | 'sex'> & Partial<Person>;

// For the life of a page; without a household (a new one is being added) everything is empty.
export function use_household(household: string | undefined) {
  const work = use_work();
  const { cached, open, refresh } = use_cached<HouseholdView>(
    () => household && `household:${household}`,
    () =>
      ask(
        api.GET('/api/v1/residents/household', {
          params: { query: { household: household ?? '' } },
        }),
      ),
  );
  void open();

  let again: ReturnType<typeof setTimeout> | undefined;
  const refresh_soon = () => {
    clearTimeout(again);
    again = setTimeout(() => void refresh(), kAgainMs);
  };
  on_change(refresh_soon);
  watch(
    () => counts.queued,
    (queued, before) => {
      if (queued < before) refresh_soon();
    },
  );

  const one = computed(() => (household ? work.door_of(household) : undefined));
  const place = computed(() => cached.value ?? one.value?.door);
  const label = computed(() =>
    place.value?.building.name ? door_label(place.value) : (pending_label.value ?? ''),
  );
  const rows = computed(() => (household ? work.rows_of(household) : []));
  const pending_label = computed(() => rows.value.find((row) => row.creates)?.label);
  const waiting = computed(() => rows.value.filter((row) => row.state === 'queued'));

  // Persons added here and not uploaded yet stand with the others, under the name as it was typed.
  const persons = computed((): ShownPerson[] => {
    const known: ShownPerson[] =
      cached.value?.persons ??
      one.value?.door.persons.map(({ id, name, sex, birth_year, relation }) => ({
        id,
        name,
        sex,
        birth_year,
        relation,
      })) ??
      [];
    const added = rows.value
      .filter(
        (row) =>
          row.type === 'residents.add_person' && (row.state === 'queued' || row.state === 'sent'),
      )
      .map((row) => row.body as ShownPerson)
      .filter(({ id }) => !known.some((person) => person.id === id));
    return [...known, ...added];
  });
  // What the shown values stand for; without the household's own copy they are those of the list.
  const position = computed(() =>
    cached.value
      ? { district: cached.value.district, sequence: cached.value.sequence }
      : work.cached.value?.position,
  );
  const missing = computed(
    () =>
      !place.value && !pending_label.value && !cached.loading && work.cached.value !== undefined,
  );
  return {
    cached,
    refresh,
    one,
    place,
    label,
    rows,
    waiting,
    persons,
    position,
    missing,
    work,
  };
}
