// SPDX-License-Identifier: Apache-2.0
// The worker's list and the exception flow.
import { describe, expect, test } from 'vitest';
import { differing, rest_of } from '@/account/rows';
import type { Door, DoorsView, Outcome } from '@/api/types';
import { CorrectHousehold, CorrectVisit, RecordVisit } from '@/gen/schema';
import type { OutboxRow } from '@/outbox/db';
import { find_doors, lay_over, sections } from '@/worker/doors';
import { cities_of, place_name, provinces } from '@/worker/places';
import {
  body_of,
  choose_what,
  empty_form,
  empty_note,
  form_from,
  likely_temperature,
  questions,
  temperature_error,
  type VisitForm,
} from '@/worker/visit';
import { check_fields } from '@/fields/check';

const kNow = 1_700_000_000_000;
const door = (n: number, change: Partial<Door> = {}): Door => ({
  household: `h${n}`,
  building: { id: 'b3', name: '3' },
  unit: '2',
  floor: n,
  room: `${n}02`,
  state: 'occupied',

  status: 'due',
  persons: [
    {
      id: `p${n}`,
      name: '王*国',
      sex: 'male',
      relation: 'head',
      key_groups: n === 1 ? ['living_alone_elder'] : [],
    },
  ],
  ...change,
});
const view = (doors: Door[]): DoorsView => ({
  round: {
    id: 'r',
    region: '',
    title: '',
    starts_on: '2020-02-16',
    due_on: '2020-02-18',
    ends_on: '2020-02-20',
  },
  grid: '',
  grid_name: '',
  community_name: '',
  as_of: kNow,
  position: { district: 320508, sequence: 100 },
  households: { done: 10, due: 20, overdue: 1, vacant: 2 },
  key_persons: { done: 3, due: 5 },
  doors,
});
let made = 0;
const visit = (household: string, outcome: Outcome, change: Partial<OutboxRow> = {}): OutboxRow => {
  made += 1;
  return {
    id: `c${made}`,
    account: 'a',
    type: 'screening.record_visit',
    region: '',
    subject: household,
    label: '',
    creates: 0,
    state: 'queued',
    body: { visit: 'v', household, outcome },
    occurred_at: kNow,
    device_sequence: made,
    not_before: 0,
    sending: 0,
    attempts: 0,
    next_try_at: 0,
    alone: 0,
    ...change,
  };
};

describe("the list with this phone's records", () => {
  test('given_all_well_in_its_undo_wait_then_the_door_is_done_and_keeps_its_place', () => {
    const shown = lay_over(
      view([door(1, { status: 'overdue' })]),
      [visit('h1', 'all_well', { not_before: kNow + 5_000 })],
      kNow,
    );
    expect(shown.doors[0]).toMatchObject({
      status: 'done',
      section: 'overdue',
      here: { where: 'undo' },
    });
    expect(shown.households).toEqual({ done: 11, due: 20, overdue: 0, vacant: 2 });
    expect(shown.key_persons).toEqual({ done: 4, due: 5 });
  });

  test.each([
    ['all_well', 'done'],
    ['exception', 'done'],
    ['not_home', 'due'],
    ['refused', 'due'],
    ['vacant', 'vacant'],
  ] as const)('given_%s_then_the_door_is_%s', (outcome, status) => {
    const shown = lay_over(view([door(2)]), [visit('h2', outcome)], kNow);
    expect(shown.doors[0]!.status).toBe(status);
    expect(shown.households.done).toBe(status === 'done' ? 11 : 10);
    expect(shown.households.due).toBe(status === 'vacant' ? 19 : 20);
  });

  test('given_a_record_that_the_view_holds_already_then_it_is_not_counted_again', () => {
    const sent = { state: 'sent' as const, position: { district: 320508, sequence: 100 } };
    expect(
      lay_over(view([door(2, { status: 'done' })]), [visit('h2', 'all_well', sent)], kNow)
        .households.done,
    ).toBe(10);
    const later = { ...sent, position: { district: 320508, sequence: 101 } };
    expect(lay_over(view([door(2)]), [visit('h2', 'all_well', later)], kNow).households.done).toBe(
      11,
    );
  });

  test('given_two_records_of_one_door_then_the_later_one_counts', () => {
    const rows = [visit('h2', 'all_well'), visit('h2', 'not_home')];
    expect(lay_over(view([door(2)]), rows.reverse(), kNow).doors[0]!.status).toBe('due');
  });

  test('given_refused_or_conflicting_records_then_they_change_nothing', () => {
    for (const state of ['refused', 'conflict', 'held', 'draft'] as const) {
      expect(
        lay_over(view([door(2)]), [visit('h2', 'all_well', { state })], kNow).doors[0]!.status,
      ).toBe('due');
    }
  });

  test('given_a_household_added_here_then_it_stands_in_the_list_and_can_be_visited', () => {
    const added = visit('new', 'all_well', {
      type: 'residents.add_household',
      creates: 1,
      label: '3幢9单元901室',
      body: {
        id: 'new',
        grid: 'g',
        building: 'b3',
        unit: '9',
        floor: 9,
        room: '901',
        state: 'occupied',
      },
    });
    const alone = lay_over(view([door(2)]), [added], kNow);
    expect(alone.doors[1]).toMatchObject({
      label: '3幢9单元901室',
      status: 'due',
      door: { building: { name: '3' } },
    });
    expect(alone.households.due).toBe(21);
    const visited = lay_over(view([door(2)]), [added, visit('new', 'all_well')], kNow);
    expect(visited.doors[1]!.status).toBe('done');
    expect(visited.households).toMatchObject({ done: 11, due: 21 });
    const known = lay_over(
      view([door(2, { household: 'new' })]),
      [{ ...added, state: 'sent' }],
      kNow,
    );
    expect(known.doors).toHaveLength(1);
  });

  test('given_a_household_added_here_and_erased_since_then_it_does_not_come_back', () => {
    const sent = visit('new', 'all_well', {
      type: 'residents.add_household',
      state: 'sent',
      label: '3幢9单元901室',
      position: { district: 320508, sequence: 101 },
      body: { id: 'new', building: 'b3', unit: '9', floor: 9, room: '901', state: 'occupied' },
    });
    expect(lay_over(view([door(2)]), [sent], kNow).doors).toHaveLength(2); // the view is older
    const erased = { ...sent, position: { district: 320508, sequence: 99 } };
    const shown = lay_over(view([door(2)]), [erased], kNow);
    expect(shown.doors.map(({ door: { household } }) => household)).toEqual(['h2']);
    expect(shown.households.due).toBe(20);
  });

  test('given_doors_then_overdue_comes_first_and_the_day_goes_building_by_building', () => {
    const doors = [
      door(5),
      door(3, { building: { id: 'b10', name: '10' } }),
      door(4, { status: 'overdue', due_on: '2020-02-17' }),
      door(1),
      door(2, { status: 'overdue', due_on: '2020-02-15' }),
    ];
    const parts = sections(lay_over(view(doors), [], kNow).doors);
    expect(parts.overdue.map(({ door: { household } }) => household)).toEqual(['h2', 'h4']);
    expect(parts.due.map(({ building }) => building)).toEqual(['3', '10']);
    expect(parts.due[0]!.doors.map(({ door: { household } }) => household)).toEqual(['h1', 'h5']);
  });
});

describe('finding a door', () => {
  const doors = lay_over(
    view([
      door(4),
      door(1, { building: { id: 'b', name: '3幢' }, unit: '1' }),
      door(4, { household: 'h9', building: { id: 'c', name: '5' } }),
    ]),
    [],
    kNow,
  ).doors;
  test.each([
    ['402', ['h4', 'h9']],
    ['3-402', ['h4']],
    ['3幢2单元402室', ['h4']],
    ['3-2-402', ['h4']],
    ['5 4', ['h9']],
    ['王', ['h1', 'h4', 'h9']],
    ['9-402', []],
    ['', []],
  ])('given_%s_then_%j', (text, expected) => {
    expect(
      find_doors(doors, text)
        .map(({ door: { household } }) => household)
        .sort(),
    ).toEqual([...expected].sort());
  });
});

describe('the questions', () => {
  const three = [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }];
  const form = (change: Partial<VisitForm>): VisitForm => ({ ...empty_form('v'), ...change });
  const kinds = (f: VisitForm, persons: { id: string }[], correcting = false) =>
    questions(f, persons, correcting).map((q) =>
      'person' in q ? `${q.kind}:${q.person}` : q.kind,
    );

  test('given_nobody_home_then_one_answer_and_the_check', () => {
    expect(kinds(form({ what: ['not_home'] }), three)).toEqual(['what', 'check']);
  });

  test('given_one_of_three_is_unwell_then_who_and_what_and_how_warm', () => {
    const sick = form({ what: ['sick'], who: { sick: ['p2'], returned: [], contact: [] } });
    expect(kinds(sick, three)).toEqual(['what', 'who', 'symptoms:p2', 'temperature:p2', 'check']);
  });

  test('given_a_household_of_one_then_who_is_not_asked', () => {
    expect(kinds(form({ what: ['sick'] }), [{ id: 'p1' }])).toEqual([
      'what',
      'symptoms:p1',
      'temperature:p1',
      'check',
    ]);
  });

  test('given_a_correction_then_the_reason_is_asked', () => {
    expect(kinds(form({}), three, true)).toEqual(['what', 'reason', 'check']);
  });

  test('given_an_answer_about_the_whole_door_then_it_stands_alone', () => {
    expect(choose_what(['sick', 'returned'], ['sick', 'returned', 'refused'])).toEqual(['refused']);
    expect(choose_what(['refused'], ['refused', 'sick'])).toEqual(['sick']);
    expect(choose_what(['sick'], [])).toEqual([]);
  });

  test.each([
    ['3.76', '37.6'],
    ['376', '37.6'],
    ['37.65', '37.6'],
    ['99', undefined],
    ['12.3', undefined],
  ])('given_%s_degrees_then_the_likely_meaning_is_%s', (typed, likely) => {
    expect(temperature_error(typed)).toBeDefined();
    expect(likely_temperature(typed)).toBe(likely);
  });

  test('given_no_temperature_then_it_is_missing_and_37_6_is_fine', () => {
    expect(temperature_error('')!.name).toBe('field_missing');
    expect(temperature_error('37.6')).toBeUndefined();
  });
});

describe('what is saved', () => {
  const persons = [
    { id: '01900000-0000-7000-8000-000000000001' },
    { id: '01900000-0000-7000-8000-000000000002' },
  ];
  const [p1, p2] = persons.map(({ id }) => id) as [string, string];

  test('given_all_answers_then_the_body_holds_them_and_keeps_the_schema', () => {
    const form: VisitForm = {
      ...empty_form('01900000-0000-7000-8000-00000000000a'),
      what: ['sick', 'returned'],
      who: { sick: [p1], returned: [p1, p2], contact: [] },
      notes: {
        [p1]: {
          ...empty_note(),
          temperature: '37.6',
          symptoms: ['fever'],
          province: '42',
          city: '4201',
          returned_on: '2020-02-10',
        },
        [p2]: {
          ...empty_note(),
          temperature: '40',
          province: '42',
          returned_on: '2020-02-10',
          from_text: ' 高铁 ',
        },
      },
    };
    const body = body_of(form, '01900000-0000-7000-8000-00000000000b', persons);
    expect(body.exceptions).toEqual([
      {
        person: p1,
        temperature: 37.6,
        symptoms: ['fever'],
        returned: { from_region: '4201', on: '2020-02-10' },
      },
      {
        person: p2,
        symptoms: [],
        returned: { from_region: '42', from_text: '高铁', on: '2020-02-10' },
      },
    ]);
    expect(check_fields(RecordVisit, body)).toEqual([]);
    const again = form_from({ ...body, exceptions: body.exceptions ?? [] });
    expect(body_of(again, body.household, persons)).toEqual(body);
  });

  test('given_a_whole_door_answer_then_no_exception_travels_with_it', () => {
    const form = {
      ...empty_form('v'),
      what: ['vacant' as const],
      who: { sick: [p1], returned: [], contact: [] },
    };
    expect(body_of(form, 'h', persons)).toMatchObject({ outcome: 'vacant', exceptions: [] });
  });

  test('given_a_corrected_visit_to_all_well_then_so_it_is', () => {
    expect(body_of(empty_form('v'), 'h', persons)).toMatchObject({
      outcome: 'all_well',
      exceptions: [],
    });
  });
});

describe('places', () => {
  test('given_the_shipped_tree_then_all_provinces_are_there_and_holders_of_codes_are_not', () => {
    expect(provinces).toHaveLength(34);
    expect(cities_of('42').some(({ name }) => name === '武汉市')).toBe(true);
    expect(cities_of('11')).toEqual([]);
    expect(place_name('4201')).toBe('湖北省武汉市');
  });
});

describe('settling a conflict', () => {
  const conflict = [
    { field: 'state', base: 'occupied', theirs: 'vacant', who: '何晓琳', at: kNow },
  ];

  test('given_both_sides_then_they_are_shown_in_words', () => {
    expect(differing(CorrectHousehold, { state: 'shop' }, conflict)[0]).toMatchObject({
      field: 'state',
      theirs: '空置',
      base: '有人住',
    });
  });

  test('given_other_fields_of_mine_when_theirs_is_taken_then_mine_still_go_out', () => {
    expect(
      rest_of(
        CorrectHousehold,
        { household: 'h', state: 'shop', room: '402', reason: 'r' },
        conflict,
      ),
    ).toEqual({ household: 'h', room: '402', reason: 'r' });
    expect(
      rest_of(CorrectHousehold, { household: 'h', state: 'shop', reason: 'r' }, conflict),
    ).toBeUndefined();
    expect(CorrectVisit.reason.required).toBe(true);
  });
});
