// SPDX-License-Identifier: Apache-2.0
// What the page of grids and buildings computes: the next free number, the names of several buildings,
// the drawing of one that is not there yet. Pure.
import type { Problem } from '@/api/types';
import { server_errors, type FieldError } from '@/fields/check';
import type { Schemas } from '@/gen/schema';

export type BuildingRow = Schemas['BuildingRow'];
export interface Compound {
  id: string;
  name: string;
}
export interface GridPlace {
  code: string;
  name: string;
  households?: number; // known once a round counts them
}

const kSuffixDigits = 3;
const kSuffixMost = 999;
export const kAtOnceMost = 50;

export const suffix_of = (grid: string) => grid.slice(-kSuffixDigits);

// The lowest number that no grid of the community has; undefined when all are taken.
export function next_suffix(grids: readonly { code: string }[]): string | undefined {
  const taken = new Set(grids.map(({ code }) => suffix_of(code)));
  for (let n = 1; n <= kSuffixMost; n += 1) {
    const suffix = String(n).padStart(kSuffixDigits, '0');
    if (!taken.has(suffix)) return suffix;
  }
  return undefined;
}

// 1 to 12 with the same word behind; empty when the two numbers are no row of buildings.
export function names_between(first: unknown, last: unknown, word: string): string[] {
  const from = Number(first);
  const to = Number(last);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 1 || to < from) return [];
  return Array.from({ length: Math.min(to - from + 1, kAtOnceMost + 1) }, (_, i) =>
    `${from + i}${word}`.trim(),
  );
}

export function compounds_of(
  buildings: readonly BuildingRow[],
  added: readonly Compound[],
): Compound[] {
  const known = new Map<string, string>();
  for (const { compound, compound_name } of buildings)
    if (compound) known.set(compound, compound_name ?? '');
  for (const { id, name } of added) if (!known.has(id)) known.set(id, name);
  return [...known].map(([id, name]) => ({ id, name }));
}

export interface Shape {
  units: number;
  floors: number;
  rooms_per_floor: number;
}

export const rooms_in = ({ units, floors, rooms_per_floor }: Shape) =>
  units * floors * rooms_per_floor;

// A form holds whatever was typed; only whole numbers that somebody would build are drawn.
const kDrawnMost = 200;
export function shape_of(values: Partial<Record<keyof Shape, unknown>>): Shape | undefined {
  const whole = (value: unknown) => {
    const n = Number(value);
    return Number.isInteger(n) && n >= 1 && n <= kDrawnMost ? n : undefined;
  };
  const units = whole(values.units);
  const floors = whole(values.floors);
  const rooms_per_floor = whole(values.rooms_per_floor);
  return units && floors && rooms_per_floor ? { units, floors, rooms_per_floor } : undefined;
}

export const kRoomWide = 10;
export const kFloorHigh = 8;
const kGap = 8;

// The units side by side on one ground.
export function drawing_of({ units, floors, rooms_per_floor }: Shape) {
  const unit_wide = rooms_per_floor * kRoomWide;
  return {
    wide: units * unit_wide + (units - 1) * kGap,
    high: floors * kFloorHigh,
    units: Array.from({ length: units }, (_, i) => ({ x: i * (unit_wide + kGap), wide: unit_wide })),
  };
}

// A refusal that names no field stands at the one it is about.
export function errors_at(problem: Problem | undefined, pointer: string): FieldError[] {
  const at_fields = server_errors(problem);
  if (at_fields.length > 0 || !problem) return at_fields;
  return problem.name === 'region_exists'
    ? [{ pointer, name: problem.name, title: problem.title, advice: problem.detail ?? '' }]
    : [];
}
