// SPDX-License-Identifier: Apache-2.0
// How a door is described in one line.
import type { Door, KeyGroup, Outcome } from '@/api/types';
import { day_of, days_between, short_day } from '@/format/dates';
import * as choices from '@/gen/first_choices';
import { is_en, t, title_of } from '@/i18n';

export function choice_title(list: readonly choices.Choice[], value: string): string {
  return title_of(list.find((choice) => choice.value === value)?.title) || value;
}

// What a group of choices offers.
export function options_of<V extends string>(
  list: readonly { value: V; title: readonly [string, string] }[],
): { value: V; name: string }[] {
  return list.map(({ value, title }) => ({ value, name: title_of(title) }));
}

export function group_title(group: KeyGroup): string {
  return choice_title(choices.KeyGroup, group);
}

export function outcome_title(outcome: Outcome): string {
  return choice_title(choices.VisitOutcome, outcome);
}

export function day_word(at: number, now: number): string {
  const age = days_between(day_of(at), day_of(now));
  if (age === 0) return t('doors.today');
  if (age === 1) return t('doors.yesterday');
  return is_en.value ? `on ${short_day(day_of(at))}` : short_day(day_of(at));
}

const last_keys = {
  all_well: 'doors.last_all_well',
  exception: 'doors.last_exception',
  not_home: 'doors.last_not_home',
  refused: 'doors.last_refused',
  vacant: 'doors.last_vacant',
} as const satisfies Record<Outcome, string>;

export function last_words(outcome: Outcome, at: number, now: number): string {
  return t(last_keys[outcome], { day: day_word(at, now) });
}

// 独居老人，昨天没有人应门: who lives there, then the last visit when it matters.
export function door_words(door: Door, now: number): string {
  const comma = is_en.value ? ', ' : '，';
  const groups = [...new Set(door.persons.flatMap((person) => person.key_groups))]
    .slice(0, 2)
    .map(group_title);
  const words =
    groups.length > 0
      ? groups
      : [door.persons.length > 0 ? t('doors.live', { n: door.persons.length }) : t('doors.nobody')];
  if (door.last && door.last.outcome !== 'all_well')
    words.push(last_words(door.last.outcome, door.last.at, now));
  return words.join(comma);
}
