// SPDX-License-Identifier: Apache-2.0
// The list of accounts as the page filters it, and the role that goes with a level. Pure.
import type { Role } from '@/api/types';
import type { Schemas } from '@/gen/schema';
import { kTokenMakers } from '@/shell/nav';
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

export type Job = 'open' | 'move' | 'reset' | 'close';

// What a role does with accounts, in the order of the buttons; the server decides. The system
// administrator writes down who works here, the security administrator lets them in.
export function jobs_of(role: Role | undefined): readonly Job[] {
  switch (role) {
    case 'community_officer':
    case 'county_officer':
      return ['open', 'move', 'reset', 'close'];
    case 'system_administrator':
      return ['open', 'close'];
    case 'security_administrator':
      return ['move', 'reset', 'close'];
    default:
      return [];
  }
}

// The three administrators are looked after on the server itself.
const kAdministrators: readonly Role[] = [
  'system_administrator',
  'security_administrator',
  'audit_administrator',
];
export const is_administrator = (role: Role) => kAdministrators.includes(role);

// Whose tokens somebody may look at and revoke: of officers, by who lets them in.
export function sees_tokens(reader: Role | undefined, owner: Role): boolean {
  if (!kTokenMakers.includes(owner)) return false;
  if (reader === 'security_administrator') return true;
  return (
    reader === 'county_officer' && (owner === 'community_officer' || owner === 'township_officer')
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
