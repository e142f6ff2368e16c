// SPDX-License-Identifier: Apache-2.0
// Running the schema's rules: each kind of limit speaks with the registry's words.
import { describe, expect, test } from 'vitest';
import { check_fields, check_value, without_empty } from '@/fields/check';
import { AddPerson, OpenAccount, RecordVisit, type Rule } from '@/gen/schema';

const celsius: Rule = {
  kind: 'number',
  least: 34,
  most: 42,
  decimals: 1,
  errors: { range: 'temperature_out_of_range', decimals: 'decimals_too_many' },
};
const number: Rule = {
  kind: 'string',
  shortest: 18,
  longest: 18,
  pattern: '^[0-9]{17}[0-9Xx]$',
  check: {
    weights: [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
    characters: '10X98765432',
    date_at: 6,
  },
  errors: {
    minLength: 'id_number_length',
    maxLength: 'id_number_length',
    pattern: 'id_number_characters',
    date: 'id_number_date',
    check: 'id_number_check',
  },
};
const names = (rule: Rule, value: unknown) => check_value(rule, value).map(({ name }) => name);

describe('numbers', () => {
  test.each([
    [34, []],
    [42, []],
    [37.3, []],
    [33.9, ['temperature_out_of_range']],
    [42.1, ['temperature_out_of_range']],
    [37.65, ['decimals_too_many']],
    ['x', ['temperature_out_of_range']],
  ])('given_%s_degrees_then_%j', (value, expected) => {
    expect(names(celsius, value)).toEqual(expected);
  });

  test('given_an_impossible_temperature_then_its_limits_are_told', () => {
    expect(check_value(celsius, 3.76)[0]!.title).toContain('34.0 到 42.0');
  });

  test('given_a_fraction_where_a_whole_number_is_due_then_it_is_told', () => {
    expect(names({ kind: 'integer', least: 1, most: 9 }, 1.5)).toEqual(['decimals_too_many']);
  });
});

describe('a number with a check character', () => {
  test.each([
    ['990101195803120014', ['id_number_check']],
    ['99010119580312', ['id_number_length']],
    ['99010119580312001A', ['id_number_characters']],
    ['990101195802300018', ['id_number_date']],
  ])('given_%s_then_%j', (value, expected) => {
    expect(names(number, value)).toEqual(expected);
  });

  test('given_the_character_that_fits_then_nothing_is_wrong_in_either_case', () => {
    const expected = check_value(number, '990101195803120014')[0]!.title.slice(-1);
    expect(names(number, `99010119580312001${expected}`)).toEqual([]);
    const x = Array.from(
      { length: 30 },
      (_, i) => `990101195803120${String(i).padStart(2, '0')}x`,
    ).find((text) => names(number, text).length === 0);
    expect(x).toBeDefined();
    expect(names(number, x!.toUpperCase())).toEqual([]);
  });
});

describe('whole forms', () => {
  test('given_an_empty_form_then_all_that_is_missing_is_told_at_once', () => {
    const errors = check_fields(AddPerson, {});
    expect(errors.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/name', '/relation', '/document_kind']),
    );
    expect(errors.every(({ name }) => name === 'field_missing')).toBe(true);
  });

  test('given_a_name_that_is_too_short_then_it_is_not_called_missing', () => {
    expect(check_value(OpenAccount.name, 'ab').map(({ name }) => name)).toEqual(['field_too_short']);
    expect(check_value(OpenAccount.name, 'ab')[0]!.title).toBe('太短了，至少 3 个字');
    expect(check_value(OpenAccount.name, ' ').map(({ name }) => name)).toEqual(['field_missing']);
  });

  test('given_a_wrong_value_deep_inside_then_the_pointer_leads_there', () => {
    const body = {
      visit: 'v',
      household: 'h',
      outcome: 'exception',
      exceptions: [{ person: 'p', temperature: 50 }],
    };
    expect(check_fields(RecordVisit, body).map(({ pointer }) => pointer)).toContain(
      '/exceptions/0/temperature',
    );
  });

  test('given_empty_texts_then_they_are_absent_and_others_are_trimmed', () => {
    expect(without_empty({ a: '', b: ' x ', c: 0, d: undefined })).toEqual({ b: 'x', c: 0 });
  });
});
