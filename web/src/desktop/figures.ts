// SPDX-License-Identifier: Apache-2.0
// What the boards compute from the server's figures: order, age, paging, the points of a line. Pure;
// the time is an argument.
import type { Changed } from '@/live/changes';
import type { Schemas } from '@/gen/schema';

export type BoardView = Schemas['BoardView'];
export type BoardRow = Schemas['BoardRow'];
export type TrendDay = Schemas['TrendDay'];
export type RegionLevel = Schemas['RegionLevel'];

export const kFreshMs = 5 * 60_000;
export const kLateMs = 4 * 3_600_000;
const kDistrictDigits = 6;

// A share between 0 and 1; undefined where nothing is due, because that is not 0.
export function share_of(done: number, due: number): number | undefined {
  return due > 0 ? done / due : undefined;
}

export const sort_keys = ['households', 'key_persons', 'missing', 'overdue', 'age'] as const;
export type SortKey = (typeof sort_keys)[number];

export function sort_key_of(text: unknown): SortKey {
  return sort_keys.find((key) => key === text) ?? 'households';
}

// The most urgent first: the lowest share, the most missing, the oldest data. Rows without anything
// due stand last; equal rows keep the order of their codes, so that the table does not jump about.
export function sort_rows(rows: readonly BoardRow[], by: SortKey): BoardRow[] {
  const kLast = Number.POSITIVE_INFINITY;
  const weight = (row: BoardRow): number => {
    const { households, key_persons } = row;
    switch (by) {
      case 'households':
        return share_of(households.reached, households.due) ?? kLast;
      case 'key_persons':
        return share_of(key_persons.seen, key_persons.due) ?? kLast;
      case 'missing':
        return -households.missing;
      case 'overdue':
        return -households.overdue;
      case 'age':
        return row.updated_at ?? -1;
    }
  };
  return [...rows].sort((a, b) => {
    const [left, right] = [weight(a), weight(b)];
    return left === right ? (a.code < b.code ? -1 : 1) : left - right;
  });
}

export type Age = 'fresh' | 'recent' | 'late' | 'none';

export function age_of(updated_at: number | undefined, now: number): Age {
  if (updated_at === undefined) return 'none';
  const age = now - updated_at;
  if (age > kLateMs) return 'late';
  return age > kFreshMs ? 'recent' : 'fresh';
}

export interface Ages {
  fresh: number;
  recent: number;
  late: BoardRow[]; // the oldest first
  none: BoardRow[];
}

export function ages_of(rows: readonly BoardRow[], now: number): Ages {
  const ages: Ages = { fresh: 0, recent: 0, late: [], none: [] };
  for (const row of sort_rows(rows, 'age')) {
    const age = age_of(row.updated_at, now);
    if (age === 'late' || age === 'none') ages[age].push(row);
    else ages[age] += 1;
  }
  return ages;
}

// Whether a change on the server may move the figures of a region.
export function touches(region: string, change: Changed): boolean {
  const { districts, communities } = change;
  if (region.length > kDistrictDigits && communities)
    return communities.some((code) => code.startsWith(region) || region.startsWith(code));
  if (!districts) return true;
  return districts.some((district) => {
    const code = String(district);
    return code.startsWith(region) || region.startsWith(code);
  });
}

export interface Point {
  x: number;
  y: number;
}

// A fixed axis from nothing to all, so that two lines can be compared; a day without anything due is a
// gap. One list of points for each unbroken piece.
export function line_of(trend: readonly TrendDay[], width: number, height: number): Point[][] {
  const pieces: Point[][] = [[]];
  const step = trend.length > 1 ? width / (trend.length - 1) : 0;
  trend.forEach((day, index) => {
    const share = share_of(day.reached, day.due);
    if (share === undefined) {
      if (pieces.at(-1)!.length > 0) pieces.push([]);
      return;
    }
    const y = height - Math.min(1, share) * height;
    pieces.at(-1)!.push({ x: Math.round(index * step * 10) / 10, y: Math.round(y * 10) / 10 });
  });
  return pieces.filter((piece) => piece.length > 0);
}

export interface Slice<V> {
  rows: V[];
  page: number; // from 1
  pages: number;
  first: number; // from 1; 0 when there is nothing
  last: number;
}

export function slice_of<V>(all: readonly V[], page: number, size: number): Slice<V> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const shown = Math.min(Math.max(1, Math.trunc(page) || 1), pages);
  const rows = all.slice((shown - 1) * size, shown * size);
  const first = rows.length > 0 ? (shown - 1) * size + 1 : 0;
  return { rows, page: shown, pages, first, last: first > 0 ? first + rows.length - 1 : 0 };
}

// The part of a region's path that an account may open: its own region and what is below.
export function may_open(own: string, code: string): boolean {
  return code.startsWith(own);
}
