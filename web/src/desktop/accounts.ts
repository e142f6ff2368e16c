// SPDX-License-Identifier: Apache-2.0
// The list of accounts as the page filters it, and the role that goes with a level. Pure.
import type { Role } from '@/api/types';
import type { Schemas } from '@/gen/schema';
import type { RegionLevel } from './figures';

export type AccountRow = Schemas['AccountRow'];

export interface AccountFilter {
  text: string;
  role?: string;
  closed: boolean;
}

export function filter_accounts(rows: readonly AccountRow[], filter: AccountFilter): AccountRow[] {
  const text = filter.text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (filter.closed || row.state === 'open') &&
      (!filter.role || row.role === filter.role) &&
      (text === '' ||
        row.name.toLowerCase().includes(text) ||
        row.display_name.toLowerCase().includes(text) ||
        row.region.name.includes(text)),
  );
}

// What the form offers first; the server decides what fits.
export function usual_role(level: RegionLevel): Role {
  switch (level) {
    case 'grid':
      return 'grid_worker';
    case 'community':
      return 'community_officer';
    case 'township':
      return 'township_officer';
    case 'county':
      return 'county_officer';
    case 'city':
    case 'province':
    case 'nation':
      return 'higher_officer';
  }
}
