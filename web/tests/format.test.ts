// SPDX-License-Identifier: Apache-2.0
// How dates, doors, figures and texts read in both languages.
import { afterEach, describe, expect, test } from 'vitest';
import { skew_from } from '@/api/clock';
import { retry_after_ms } from '@/api/problem';
import { ta } from '@/account/texts';
import { add_days, clock, day_of, days_between, long_day, moment, short_day, stamp } from '@/format/dates';
import { building_label, building_short, door_label, percent, phone_spaced } from '@/format/people';
import { en } from '@/i18n/en';
import { fill, lang, make_t } from '@/i18n/make';
import { zh } from '@/i18n/zh';
import { tw } from '@/worker/texts';

afterEach(() => {
  lang.value = 'zh-CN';
});

describe('dates', () => {
  const late = Date.UTC(2020, 1, 17, 17, 30); // 01:30 of the next day in China

  test('given_an_instant_then_its_day_and_clock_are_those_of_the_zone', () => {
    expect(day_of(late)).toBe('2020-02-18');
    expect(clock(late)).toBe('01:30');
    expect(clock(Date.UTC(2020, 1, 17, 16, 0))).toBe('00:00');
  });

  test.each([
    ['2020-02-28', 1, '2020-02-29'],
    ['2020-02-29', 1, '2020-03-01'],
    ['2020-01-01', -1, '2019-12-31'],
  ])('given_%s_and_%i_days_then_%s', (day, days, result) => {
    expect(add_days(day, days)).toBe(result);
    expect(days_between(day, result)).toBe(days);
  });

  test('given_a_day_then_it_reads_as_people_write_it', () => {
    expect(long_day('2020-02-08')).toBe('2020年2月8日');
    expect(short_day('2020-02-08')).toBe('2月8日');
    lang.value = 'en';
    expect(long_day('2020-02-08')).toBe('8 Feb 2020');
  });

  test('given_an_instant_then_it_is_told_from_now', () => {
    expect(moment(late, late + 3_600_000)).toBe('今天 01:30');
    expect(moment(late, late + 86_400_000)).toBe('昨天 01:30');
    expect(moment(late, late + 5 * 86_400_000)).toBe('2月18日 01:30');
    expect(moment(late, late + 400 * 86_400_000)).toBe('2020年2月18日 01:30');
  });

  test('given_figures_of_another_day_then_their_stamp_says_so', () => {
    expect(stamp(late, late + 60_000)).toBe('01:30');
    expect(stamp(late, late + 86_400_000)).toBe('昨天 01:30');
  });
});

describe('people and figures', () => {
  test.each([
    ['3', '2', '402', '3幢2单元402室', 'Bldg 3, unit 2, room 402'],
    ['3幢', '2', '402', '3幢2单元402室', 'Bldg 3, unit 2, room 402'],
    ['3幢', '', '402', '3幢402室', 'Bldg 3, room 402'],
    ['12号楼', '1', '7', '12号楼1单元7室', '12号楼, unit 1, room 7'],
    ['梅苑', '', '402', '梅苑402室', '梅苑, room 402'],
    ['幢', '', '1', '幢1室', '幢, room 1'],
  ])('given_%s_%s_%s_then_its_label_as_the_server_writes_it', (name, unit, room, zh, en) => {
    const door = { building: { name }, unit, room };
    expect(door_label(door)).toBe(zh);
    lang.value = 'en';
    expect(door_label(door)).toBe(en);
  });

  test('given_a_building_then_it_reads_alike_on_every_page', () => {
    expect(['3', '3幢', '梅苑'].map(building_label)).toEqual(['3幢', '3幢', '梅苑']);
    lang.value = 'en';
    expect(['3', '3幢', '梅苑'].map(building_label)).toEqual(['Bldg 3', 'Bldg 3', '梅苑']);
    expect(['3', '3幢', '梅苑'].map(building_short)).toEqual(['3', '3', '梅苑']);
  });

  test('given_a_phone_then_it_is_spaced_3_4_4_also_when_masked', () => {
    expect(phone_spaced('13900001234')).toBe('139 0000 1234');
    expect(phone_spaced('139****1234')).toBe('139 **** 1234');
    expect(phone_spaced('0512-5550')).toBe('0512-5550');
  });

  test('given_a_share_just_below_all_then_it_never_reads_100', () => {
    expect(percent(9_999, 10_000)).toBe('99.9%');
    expect(percent(10_000, 10_000)).toBe('100.0%');
    expect(percent(0, 0)).toBe('—');
  });
});

describe('texts', () => {
  const names = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1]).sort();

  test('given_every_text_then_both_languages_use_the_same_parameters', () => {
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect([...new Set(names(en[key]))], key).toEqual([...new Set(names(zh[key]))]);
    }
  });

  test('given_a_number_then_english_chooses_the_word', () => {
    expect(fill('{n} {n:door|doors}', { n: 1 })).toBe('1 door');
    expect(fill('{n} {n:door|doors}', { n: 2 })).toBe('2 doors');
    lang.value = 'en';
    expect(tw('house.count', { n: 1 })).toBe('1 person');
    expect(ta('me.leave_title', { n: 2 })).toBe('2 records are not uploaded');
  });

  test('given_a_text_without_parameters_then_it_is_the_text', () => {
    expect(make_t({ a: '甲' }, { a: 'A' })('a')).toBe('甲');
  });
});

describe('time of the server', () => {
  test('given_a_round_trip_then_the_skew_is_measured_at_its_middle', () => {
    expect(skew_from(10_000, 10_400, 9_000)).toBe(-1_200);
    expect(skew_from(10_000, 16_000, 9_000)).toBeUndefined();
    expect(skew_from(10_000, 9_000, 9_000)).toBeUndefined();
  });

  test.each([
    ['2', 2_000],
    [null, undefined],
    ['x', undefined],
  ])('given_retry_after_%s_then_%s', (header, expected) => {
    expect(retry_after_ms(header, 0)).toBe(expected);
  });
});
