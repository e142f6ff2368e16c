// SPDX-License-Identifier: Apache-2.0
// The state behind the exception flow: answers and draft, the place in the list of questions, what is
// still wrong, and the saving.
import { computed, nextTick, onBeforeUnmount, ref, watch } from 'vue';
import { useRouter } from 'vue-router';
import { api, ask } from '@/api/client';
import type { VisitRecord } from '@/api/types';
import { show_snack } from '@/components/snack';
import { check_fields, check_value, type FieldError } from '@/fields/check';
import * as schema from '@/gen/schema';
import type { OutboxRow } from '@/outbox/db';
import { uuid7 } from '@/outbox/ids';
import { engine } from '@/outbox/lazy';
import { session } from '@/session/session';
import { use_dirty } from '@/shell/frame';
import { use_household } from './household';
import { tw } from './texts';
import {
  body_of,
  empty_form,
  empty_note,
  form_from,
  likely_temperature,
  questions,
  temperature_error,
  type PersonNote,
  type Question,
  type VisitForm,
} from './visit';
import { record } from './work';

const kDraftType = 'screening.record_visit';
const kKeepMs = 300;

// One household for the life of the page. `corrects` names the visit that is corrected; without it a new one is recorded.
export function use_visit(household: string, corrects: string | undefined) {
  const router = useRouter();
  const home = use_household(household);
  const { label, persons, rows } = home;

  const form = ref<VisitForm>(empty_form(uuid7()));
  const at = ref(0);
  const asked = ref(false); // the worker tried to go on: errors may speak now
  const errors = ref<FieldError[]>([]);
  const busy = ref(false);
  const draft = ref<OutboxRow>();
  const touched = ref(false);
  const ready = ref(false);
  use_dirty(() => touched.value);

  const list = computed(() => questions(form.value, persons.value, corrects !== undefined));
  const question = computed<Question>(() => list.value[Math.min(at.value, list.value.length - 1)]!);

  async function recorded(visit: string): Promise<VisitRecord | undefined> {
    const here = rows.value.find(
      (row) => row.type === kDraftType && (row.body as { visit: string }).visit === visit,
    );
    if (here) return here.body as VisitRecord;
    const answer = await ask(
      api.GET('/api/v1/screening/visits', { params: { query: { household: household } } }),
    );
    return answer.ok ? answer.data.rows.find((row) => row.visit === visit) : undefined;
  }

  async function start() {
    ready.value = false;
    at.value = 0;
    asked.value = false;
    touched.value = false;
    draft.value = undefined;
    form.value = empty_form(uuid7());
    const { outbox } = await engine();
    if (corrects) {
      const known = await recorded(corrects);
      form.value = known
        ? form_from({ ...known, exceptions: known.exceptions ?? [] })
        : empty_form(corrects);
    } else if (session.account) {
      draft.value = await outbox
        .draft_of(session.account.id, kDraftType, household)
        .catch(() => undefined);
      if (draft.value) form.value = { ...empty_form(uuid7()), ...(draft.value.body as VisitForm) };
    }
    ready.value = true;
    void show_question();
  }
  void start();

  async function start_over() {
    clearTimeout(later); // a draft that is about to be kept would come back
    const { outbox } = await engine();
    if (draft.value) await outbox.drop_draft(draft.value.id);
    await start();
  }

  let later: ReturnType<typeof setTimeout> | undefined;
  watch(
    form,
    () => {
      if (!ready.value) return;
      touched.value = true;
      if (asked.value) errors.value = errors_here();
      if (corrects) return;
      clearTimeout(later);
      later = setTimeout(() => void keep(), kKeepMs);
    },
    { deep: true },
  );
  async function keep() {
    const account = session.account;
    if (!account || !touched.value) return;
    const { outbox } = await engine();
    await outbox
      .keep_draft({
        account: account.id,
        region: account.region.code,
        type: kDraftType,
        subject: household,
        label: label.value,
        body: form.value,
      })
      .catch(() => undefined);
  }
  onBeforeUnmount(() => {
    clearTimeout(later);
    if (!corrects) void keep();
  });

  const note = computed({
    get: () =>
      'person' in question.value
        ? (form.value.notes[question.value.person] ?? empty_note())
        : empty_note(),
    set: (value: PersonNote) => {
      if ('person' in question.value) form.value.notes[question.value.person] = value;
    },
  });
  function put_note(change: Partial<PersonNote>) {
    note.value = { ...note.value, ...change };
  }

  // What the question still lacks, said on the button itself.
  const lacks = computed(() => {
    const q = question.value;
    if (q.kind === 'what' && form.value.what.length === 0 && !corrects) return tw('visit.need_one');
    if (q.kind === 'who' && form.value.who[q.topic].length === 0) return tw('visit.need_who');
    if (q.kind === 'symptoms' && note.value.symptoms.length === 0) return tw('visit.need_one');
    if (q.kind === 'contact' && note.value.contact.length === 0) return tw('visit.need_one');
    return undefined;
  });

  function errors_here(): FieldError[] {
    const q = question.value;
    if (q.kind === 'temperature')
      return [
        note.value.not_measured ? undefined : temperature_error(note.value.temperature),
      ].filter((e) => e !== undefined);
    if (q.kind === 'returned')
      return check_fields(schema.Returned, {
        from_region: note.value.city || note.value.province,
        from_text: note.value.from_text,
        on: note.value.returned_on,
      });
    if (q.kind === 'reason')
      return check_value(schema.CorrectVisit.reason, form.value.reason, '/reason');
    return [];
  }

  // The question is the heading: it takes the focus whenever it changes.
  async function show_question() {
    await nextTick();
    document.getElementById('question')?.focus({ preventScroll: true });
  }
  function go(index: number) {
    at.value = Math.max(0, Math.min(index, list.value.length - 1));
    asked.value = false;
    errors.value = [];
    void show_question();
  }
  function next() {
    errors.value = errors_here();
    asked.value = true;
    if (errors.value.length === 0) go(at.value + 1);
  }
  function not_measured() {
    put_note({ not_measured: true, temperature: '' });
    go(at.value + 1);
  }
  const slipped = computed(() =>
    question.value.kind === 'temperature' &&
    note.value.temperature &&
    temperature_error(note.value.temperature)
      ? likely_temperature(note.value.temperature)
      : undefined,
  );
  function back() {
    if (at.value > 0) go(at.value - 1);
    else leave();
  }
  function leave() {
    void router.push(corrects ? `/doors/${household}` : '/doors');
  }
  function change(kind: Question['kind'], person?: string) {
    const index = list.value.findIndex(
      (q) => q.kind === kind && (person === undefined || ('person' in q && q.person === person)),
    );
    go(index < 0 ? 0 : index);
  }

  async function save() {
    busy.value = true;
    const body = body_of(form.value, household, persons.value);
    const base = { subject: household, label: label.value, replaces: draft.value?.id };
    const row = corrects
      ? await record({
          ...base,
          type: 'screening.correct_visit',
          body: { ...body, reason: form.value.reason.trim() },
        })
      : await record({ ...base, type: 'screening.record_visit', body });
    busy.value = false;
    if (!row) return;
    touched.value = false;
    clearTimeout(later);
    const { outbox } = await engine();
    const left =
      session.account &&
      (await outbox.draft_of(session.account.id, kDraftType, household).catch(() => undefined));
    if (left && !corrects) await outbox.drop_draft(left.id);
    show_snack(tw('visit.saved', { door: label.value }), { ms: 3_000 });
    leave();
  }

  return {
    ...home,
    form,
    at,
    asked,
    errors,
    busy,
    draft,
    ready,
    list,
    question,
    note,
    put_note,
    lacks,
    slipped,
    next,
    back,
    change,
    not_measured,
    save,
    start_over,
  };
}
