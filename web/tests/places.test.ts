// SPDX-License-Identifier: Apache-2.0
// Grids and buildings: the next number, the names of several, the drawing, where a refusal stands.
import { describe, expect, test } from 'vitest';
import type { Problem } from '@/api/types';
import {
  compounds_of,
  drawing_of,
  errors_at,
  kAtOnceMost,
  names_between,
  next_suffix,
  rooms_in,
  shape_of,
  type BuildingRow,
} from '@/desktop/places';

const kCommunity = '320508019044';

describe('the number of the next grid', () => {
  test('given_none_then_the_first', () => expect(next_suffix([])).toBe('001'));
  test('given_a_gap_then_the_gap', () => {
    const grids = ['001', '003'].map((suffix) => ({ code: kCommunity + suffix }));
    expect(next_suffix(grids)).toBe('002');
  });
  test('given_all_taken_then_none', () => {
    const all = Array.from({ length: 999 }, (_, i) => ({
      code: kCommunity + String(i + 1).padStart(3, '0'),
    }));
    expect(next_suffix(all)).toBeUndefined();
  });
});

describe('names of several buildings', () => {
  test('given_a_range_then_each_with_its_word', () =>
    expect(names_between(9, 11, '幢')).toEqual(['9幢', '10幢', '11幢']));
  test('given_no_word_then_bare_numbers', () => expect(names_between(1, 2, '')).toEqual(['1', '2']));
  test.each([
    [3, 1],
    [0, 4],
    [1.5, 4],
    [undefined, 4],
    ['x', 4],
  ])('given_%s_to_%s_then_none', (first, last) =>
    expect(names_between(first, last, '幢')).toEqual([]),
  );
  test('given_far_too_many_then_just_enough_to_say_so', () =>
    expect(names_between(1, 1e9, '')).toHaveLength(kAtOnceMost + 1));
});

describe('the drawing', () => {
  const shape = { units: 3, floors: 6, rooms_per_floor: 2 };
  test('given_a_shape_then_units_stand_apart_on_one_ground', () => {
    const drawing = drawing_of(shape);
    expect(drawing.units.map(({ x }) => x)).toEqual([0, 28, 56]);
    expect([drawing.wide, drawing.high]).toEqual([76, 48]);
    expect(rooms_in(shape)).toBe(36);
  });
  test('given_half_a_form_then_nothing_is_drawn', () => {
    expect(shape_of({ ...shape, floors: undefined })).toBeUndefined();
    expect(shape_of({ ...shape, floors: 'six' })).toBeUndefined();
    expect(shape_of({ ...shape, floors: 1e9 })).toBeUndefined();
    expect(shape_of(shape)).toEqual(shape);
  });
});

test('compounds_are_those_of_buildings_and_the_new_ones_once', () => {
  const row = { compound: 'a', compound_name: '一号院' } as BuildingRow;
  const added = [
    { id: 'a', name: '一号院' },
    { id: 'b', name: '二号院' },
  ];
  expect(compounds_of([row, row, {} as BuildingRow], added)).toEqual(added);
});

describe('a refusal', () => {
  const problem = { title: '已有', detail: '换一个', errors: [] };
  test('given_a_taken_name_then_it_stands_at_the_name', () => {
    const taken = { ...problem, name: 'region_exists' } as unknown as Problem;
    expect(errors_at(taken, '/name')).toMatchObject([
      { pointer: '/name', title: '已有', advice: '换一个' },
    ]);
  });
  test('given_another_reason_then_it_is_nobodys_field', () =>
    expect(errors_at({ ...problem, name: 'busy' } as unknown as Problem, '/name')).toEqual([]));
});
