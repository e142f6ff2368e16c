// SPDX-License-Identifier: Apache-2.0
// What today's list shows: the server's doors with what this phone already recorded laid over them,
// in the order of urgency. Pure; time is an argument.
import type { Commands, Door, DoorsView, Outcome } from '@/api/types';
import type { OutboxRow } from '@/outbox/db';

export type DoorStatus = Door['status'];
export interface ShownDoor {
  door: Door;
  status: DoorStatus; // with what was recorded here
  section: DoorStatus; // where it stands: a door just recorded stays until its undo is over
  label?: string; // of a household that was added here and is not in the list yet
  here?: { row: OutboxRow; outcome: Outcome; where: 'undo' | 'phone' | 'sent' };
}
export interface DoorsShown {
  doors: ShownDoor[];
  households: { done: number; due: number; overdue: number; vacant: number };
  key_persons: { done: number; due: number };
}

const reached: Record<Outcome, boolean> = {
  all_well: true,
  exception: true,
  not_home: false,
  refused: false,
  vacant: false,
};

interface VisitBody {
  household: string;
  outcome: Outcome;
}

// Whether the view was made with this record in it.
const holds = (view: DoorsView, row: OutboxRow) =>
  row.state === 'sent' &&
  row.position !== undefined &&
  row.position.district === view.position.district &&
  row.position.sequence <= view.position.sequence;

// The newest record of each household that the view does not hold yet.
export function fresh_visits(view: DoorsView, rows: readonly OutboxRow[]): Map<string, OutboxRow> {
  const found = new Map<string, OutboxRow>();
  for (const row of rows) {
    if (row.type !== 'screening.record_visit' && row.type !== 'screening.correct_visit') continue;
    if (holds(view, row) || (row.state !== 'queued' && row.state !== 'sent')) continue;
    const { household } = row.body as VisitBody;
    const other = found.get(household);
    if (!other || row.device_sequence > other.device_sequence) found.set(household, row);
  }
  return found;
}

function status_after(before: DoorStatus, outcome: Outcome): DoorStatus {
  if (outcome === 'vacant') return 'vacant';
  if (reached[outcome]) return 'done';
  return before === 'done' || before === 'vacant' ? 'due' : before;
}

// Households added on this phone that the view does not hold yet stand in the list like the others.
// One that the view would hold by now was erased: it does not come back from this phone's records.
function added_doors(view: DoorsView, rows: readonly OutboxRow[]): { door: Door; label: string }[] {
  const known = new Set(view.doors.map((door) => door.household));
  return rows
    .filter((row) => row.type === 'residents.add_household' && !known.has(row.subject))
    .filter((row) => row.state === 'queued' || (row.state === 'sent' && !holds(view, row)))
    .map((row) => {
      const body = row.body as Commands['residents.add_household'];
      const near = view.doors.find((door) => door.building.id === body.building);
      const door: Door = {
        household: body.id,
        building: { id: body.building, name: near?.building.name ?? '' },
        unit: body.unit,
        floor: body.floor,
        room: body.room,
        state: body.state,
        status: body.state === 'occupied' ? 'due' : 'vacant',
        persons: [],
      };
      return { door, label: row.label };
    });
}

export function lay_over(view: DoorsView, rows: readonly OutboxRow[], now: number): DoorsShown {
  const fresh = fresh_visits(view, rows);
  const households = { ...view.households };
  const key_persons = { ...view.key_persons };
  const added = added_doors(view, rows);
  for (const { door } of added) households[door.status === 'due' ? 'due' : 'vacant'] += 1;
  const labels = new Map(added.map(({ door, label }) => [door.household, label]));
  const doors = [...view.doors, ...added.map(({ door }) => door)].map((door): ShownDoor => {
    const row = fresh.get(door.household);
    const label = labels.get(door.household);
    if (!row) return { door, label, status: door.status, section: door.status };
    const { outcome } = row.body as VisitBody;
    const status = status_after(door.status, outcome);
    const in_undo = row.state === 'queued' && row.attempts === 0 && row.not_before > now;
    const where = row.state === 'sent' ? 'sent' : in_undo ? 'undo' : 'phone';
    if (status !== door.status) {
      if (door.status === 'done') households.done -= 1;
      if (door.status === 'overdue') households.overdue -= 1;
      if (door.status === 'vacant') {
        households.vacant -= 1;
        households.due += 1;
      }
      if (status === 'done') households.done += 1;
      if (status === 'vacant') {
        households.vacant += 1;
        households.due -= 1;
      }
    }
    if (status === 'done' && door.status !== 'done') {
      const key = door.persons.filter((person) => person.key_groups.length > 0).length;
      key_persons.done = Math.min(key_persons.due, key_persons.done + key);
    }
    const section = in_undo ? door.status : status;
    return { door, label, status, section, here: { row, outcome, where } };
  });
  return { doors, households, key_persons };
}

const collator = new Intl.Collator('zh-CN', { numeric: true });

export function by_place(a: ShownDoor, b: ShownDoor): number {
  return (
    collator.compare(a.door.building.name, b.door.building.name) ||
    collator.compare(a.door.unit, b.door.unit) ||
    a.door.floor - b.door.floor ||
    collator.compare(a.door.room, b.door.room)
  );
}

export interface Group {
  key: string;
  building?: string;
  doors: ShownDoor[];
  left: number;
}

// Overdue by due day, oldest first; the day's doors building by building; then done and vacant.
export function sections(shown: readonly ShownDoor[]) {
  const of = (section: DoorStatus) => shown.filter((one) => one.section === section);
  const overdue = of('overdue').sort(
    (a, b) => (a.door.due_on ?? '').localeCompare(b.door.due_on ?? '') || by_place(a, b),
  );
  const groups = new Map<string, Group>();
  for (const one of of('due').sort(by_place)) {
    const { id, name } = one.door.building;
    const group = groups.get(id) ?? { key: id, building: name, doors: [], left: 0 };
    group.doors.push(one);
    if (one.status === 'due') group.left += 1;
    groups.set(id, group);
  }
  const left = (status: DoorStatus) => shown.filter((one) => one.status === status).length;
  return {
    overdue,
    due: [...groups.values()],
    done: of('done').sort(by_place),
    vacant: of('vacant').sort(by_place),
    left: {
      overdue: left('overdue'),
      due: left('due'),
      done: left('done'),
      vacant: left('vacant'),
    },
  };
}

// Doors whose number, building or (masked) name holds every piece of the text: "3-402", "3幢402".
export function find_doors(doors: readonly ShownDoor[], text: string): ShownDoor[] {
  const pieces = text
    .toLowerCase()
    .split(/[\s,，、\-幢栋楼单元室号]+/u)
    .filter(Boolean);
  if (pieces.length === 0) return [];
  return doors
    .filter(({ door }) => {
      const places = [door.building.name.replace(/[幢栋楼]$/u, ''), door.unit, door.room];
      let at = 0;
      for (const piece of pieces) {
        const named = door.persons.some((person) => person.name.toLowerCase().includes(piece));
        if (named) continue;
        const last = pieces.length === 1;
        while (
          at < places.length &&
          !(last || at === 2
            ? places[at]!.toLowerCase().startsWith(piece)
            : places[at]!.toLowerCase() === piece)
        )
          at += 1;
        if (at >= places.length) return false;
        at += 1;
      }
      return true;
    })
    .sort(by_place);
}
