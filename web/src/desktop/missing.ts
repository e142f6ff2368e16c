// SPDX-License-Identifier: Apache-2.0
// What a community still has to do today, from the doors of its grids: the most urgent first. Pure; the
// time is an argument.
import type { Door, DoorsView } from '@/api/types';
import { day_of } from '@/format/dates';

export const missing_kinds = ['overdue', 'exception', 'key_persons', 'due'] as const;
export type MissingKind = (typeof missing_kinds)[number];

export interface MissingDoor {
  door: Door;
  grid: string;
  grid_name: string;
}
export type Missing = Record<MissingKind, MissingDoor[]>;

// Seen means: somebody opened and told how it is. Nobody at home or no answer is not seen.
export function seen_on(door: Door, day: string): boolean {
  const { last } = door;
  if (!last || day_of(last.at) !== day) return false;
  return last.outcome === 'all_well' || last.outcome === 'exception';
}

const place = ({ door }: MissingDoor) =>
  [door.building.name, door.unit].map((part) => part.padStart(6, '0')).join('') +
  String(1000 + door.floor) +
  door.room.padStart(6, '0');

const by_due = (a: MissingDoor, b: MissingDoor) =>
  (a.door.due_on ?? '').localeCompare(b.door.due_on ?? '') || place(a).localeCompare(place(b));

export function missing_of(grids: readonly DoorsView[], now: number): Missing {
  const today = day_of(now);
  const missing: Missing = { overdue: [], exception: [], key_persons: [], due: [] };
  for (const { grid, grid_name, doors } of grids) {
    for (const door of doors) {
      const one: MissingDoor = { door, grid, grid_name };
      if (door.status === 'overdue' || door.status === 'due') missing[door.status].push(one);
      const last = door.last;
      if (last?.outcome === 'exception' && day_of(last.at) === today) missing.exception.push(one);
      const key = door.persons.some((person) => person.key_groups.length > 0);
      if (key && door.status !== 'vacant' && !seen_on(door, today)) missing.key_persons.push(one);
    }
  }
  for (const kind of missing_kinds) missing[kind].sort(by_due);
  return missing;
}

// How many doors of each building are overdue, by the building's id.
export function overdue_by_building(missing: Missing): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { door } of missing.overdue)
    counts.set(door.building.id, (counts.get(door.building.id) ?? 0) + 1);
  return counts;
}

// "Grid one 3, grid two 1" as pairs, the most first.
export function by_grid(doors: readonly MissingDoor[]): { name: string; n: number }[] {
  const counts = new Map<string, { name: string; n: number }>();
  for (const { grid, grid_name } of doors) {
    const known = counts.get(grid) ?? { name: grid_name, n: 0 };
    known.n += 1;
    counts.set(grid, known);
  }
  return [...counts.values()].sort((a, b) => b.n - a.n);
}

// Coverage of one grid as the board's rows have it.
export function sums_of(grids: readonly DoorsView[]) {
  return grids.map(({ grid, grid_name, households, key_persons }) => ({
    code: grid,
    name: grid_name,
    households,
    key_persons,
  }));
}
