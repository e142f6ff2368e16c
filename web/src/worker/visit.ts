// SPDX-License-Identifier: Apache-2.0
// The exception flow as data: what was said so far, which question comes next, and the command it
// becomes. Pure, so that every way through it can be tested.
import type { Commands, Outcome, VisitException } from '@/api/types';
import { check_value, type FieldError } from '@/fields/check';
import { VisitException as rules } from '@/gen/schema';

export type Topic = 'sick' | 'returned' | 'contact';
export type What = Topic | 'not_home' | 'refused' | 'vacant';
export const kTopics: readonly Topic[] = ['sick', 'returned', 'contact'];

export interface PersonNote {
  temperature: string; // as typed
  not_measured: boolean;
  symptoms: NonNullable<VisitException['symptoms']>;
  province: string;
  city: string;
  from_text: string;
  returned_on: string;
  contact: NonNullable<VisitException['contact']>[];
}

export interface VisitForm {
  visit: string; // the visit's own id, minted when the form opens
  what: What[];
  who: Record<Topic, string[]>; // persons
  notes: Record<string, PersonNote>;
  note: string;
  reason: string; // of a correction
}

export type Question =
  | { kind: 'what' }
  | { kind: 'who'; topic: Topic }
  | { kind: 'symptoms' | 'temperature' | 'returned' | 'contact'; person: string }
  | { kind: 'reason' }
  | { kind: 'check' };

export function empty_note(): PersonNote {
  return {
    temperature: '',
    not_measured: false,
    symptoms: [],
    province: '',
    city: '',
    from_text: '',
    returned_on: '',
    contact: [],
  };
}

export function empty_form(visit: string): VisitForm {
  return {
    visit,
    what: [],
    who: { sick: [], returned: [], contact: [] },
    notes: {},
    note: '',
    reason: '',
  };
}

const alone: readonly What[] = ['not_home', 'refused', 'vacant'];

// An answer about the whole door ends the list; facts about persons may stand together.
export function choose_what(before: readonly What[], after: readonly What[]): What[] {
  const added = after.find((one) => !before.includes(one));
  if (!added) return [...after];
  return alone.includes(added) ? [added] : after.filter((one) => !alone.includes(one));
}

export function topics_of(form: VisitForm): Topic[] {
  return kTopics.filter((topic) => form.what.includes(topic));
}

export function people_of(
  form: VisitForm,
  topic: Topic,
  persons: readonly { id: string }[],
): string[] {
  if (persons.length === 1) return [persons[0]!.id];
  return form.who[topic].filter((id) => persons.some((person) => person.id === id));
}

// The questions in their order. Nothing is asked that is known: a household of one needs no "who".
export function questions(
  form: VisitForm,
  persons: readonly { id: string }[],
  correcting: boolean,
): Question[] {
  const list: Question[] = [{ kind: 'what' }];
  for (const topic of topics_of(form)) {
    if (persons.length !== 1) list.push({ kind: 'who', topic });
    for (const person of people_of(form, topic, persons)) {
      if (topic === 'sick')
        list.push({ kind: 'symptoms', person }, { kind: 'temperature', person });
      else list.push({ kind: topic, person });
    }
  }
  if (correcting) list.push({ kind: 'reason' });
  list.push({ kind: 'check' });
  return list;
}

export function outcome_of(form: VisitForm): Outcome {
  const whole = form.what.find((one) => alone.includes(one)) as Outcome | undefined;
  if (whole) return whole;
  return form.what.length > 0 ? 'exception' : 'all_well';
}

function degrees(typed: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(typed) ? Number(typed) : undefined;
}

export function temperature_error(typed: string): FieldError | undefined {
  const value = degrees(typed);
  return (
    check_value(rules.temperature, value ?? (typed ? Number.NaN : undefined))[0] ??
    (value === undefined
      ? check_value({ ...rules.temperature, required: true }, undefined)[0]
      : undefined)
  );
}

// What the worker probably meant when the point slipped: 3.76 and 376 are 37.6.
export function likely_temperature(typed: string): string | undefined {
  const digits = typed.replace(/\D/g, '');
  if (digits.length < 3) return undefined;
  const text = `${digits.slice(0, 2)}.${digits.slice(2, 3)}`;
  return temperature_error(text) ? undefined : text;
}

function exceptions_of(form: VisitForm, persons: readonly { id: string }[]): VisitException[] {
  const topics = topics_of(form);
  const about = (topic: Topic, person: string) =>
    topics.includes(topic) && people_of(form, topic, persons).includes(person);
  return persons
    .filter(({ id }) => topics.some((topic) => about(topic, id)))
    .map(({ id }) => {
      const note = form.notes[id] ?? empty_note();
      const sick = about('sick', id);
      const temperature = sick && !note.not_measured ? degrees(note.temperature) : undefined;
      const returned = about('returned', id);
      const contact = about('contact', id) ? note.contact[0] : undefined;
      return {
        person: id,
        ...(temperature === undefined ? {} : { temperature }),
        ...(sick && note.not_measured ? { temperature_not_measured: true } : {}),
        symptoms: sick ? [...note.symptoms] : [],
        ...(returned
          ? {
              returned: {
                from_region: note.city || note.province,
                ...(note.from_text.trim() ? { from_text: note.from_text.trim() } : {}),
                on: note.returned_on,
              },
            }
          : {}),
        ...(contact ? { contact } : {}),
      };
    });
}

export function body_of(
  form: VisitForm,
  household: string,
  persons: readonly { id: string }[],
): Commands['screening.record_visit'] {
  const outcome = outcome_of(form);
  return {
    visit: form.visit,
    household,
    outcome,
    exceptions: outcome === 'exception' ? exceptions_of(form, persons) : [],
    ...(form.note.trim() ? { note: form.note.trim() } : {}),
  };
}

// A recorded visit back in the form, to correct it.
export function form_from(visit: {
  visit: string;
  outcome: Outcome;
  exceptions: readonly VisitException[];
  note?: string;
}): VisitForm {
  const form = empty_form(visit.visit);
  form.note = visit.note ?? '';
  if (visit.outcome === 'not_home' || visit.outcome === 'refused' || visit.outcome === 'vacant')
    form.what = [visit.outcome];
  for (const one of visit.exceptions) {
    const note = empty_note();
    const add = (topic: Topic) => {
      if (!form.what.includes(topic)) form.what.push(topic);
      form.who[topic].push(one.person);
    };
    if (
      one.temperature !== undefined ||
      one.temperature_not_measured ||
      (one.symptoms?.length ?? 0) > 0
    ) {
      note.temperature = one.temperature?.toFixed(1) ?? '';
      note.not_measured = one.temperature_not_measured ?? false;
      note.symptoms = [...(one.symptoms ?? [])];
      add('sick');
    }
    if (one.returned) {
      note.province = one.returned.from_region.slice(0, 2);
      note.city = one.returned.from_region.length >= 4 ? one.returned.from_region.slice(0, 4) : '';
      note.from_text = one.returned.from_text ?? '';
      note.returned_on = one.returned.on;
      add('returned');
    }
    if (one.contact) {
      note.contact = [one.contact];
      add('contact');
    }
    form.notes[one.person] = note;
  }
  return form;
}
