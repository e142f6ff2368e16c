// SPDX-License-Identifier: Apache-2.0
// The main pages of each role, in the order of the day.
import type { Role } from '@/api/types';
import type { IconName } from '@/components/icons';
import type { PlainKey } from '@/i18n';

export interface NavItem {
  to: string;
  icon: IconName;
  text: PlainKey;
  wide_only?: boolean;
}

const me: NavItem = { to: '/me', icon: 'person', text: 'nav.me' };
const board: NavItem = { to: '/board', icon: 'chart', text: 'nav.board' };
const households: NavItem = { to: '/households', icon: 'door', text: 'nav.households' };
const places: NavItem = { to: '/places', icon: 'building', text: 'nav.places', wide_only: true };
const roster: NavItem = { to: '/import', icon: 'upload', text: 'nav.import' };
const status: NavItem = { to: '/status', icon: 'people', text: 'nav.people', wide_only: true };
const requests: NavItem = { to: '/requests', icon: 'file', text: 'nav.requests', wide_only: true };
const retention: NavItem = { to: '/retention', icon: 'clock', text: 'nav.retention', wide_only: true };
const accounts: NavItem = { to: '/accounts', icon: 'key', text: 'nav.accounts' };

const indicators: NavItem = {
  to: '/indicators',
  icon: 'info',
  text: 'nav.indicators',
  wide_only: true,
};

const pages: Record<Role, NavItem[]> = {
  grid_worker: [
    { to: '/doors', icon: 'door', text: 'nav.doors' },
    { to: '/people', icon: 'people', text: 'nav.people' },
    me,
  ],
  community_officer: [board, households, status, places, roster, requests, retention, accounts, indicators, me],
  township_officer: [board, households, status, places, requests, retention, accounts, indicators, me],
  county_officer: [board, households, status, places, requests, retention, accounts, indicators, me],
  higher_officer: [board, status, indicators, me],
  system_administrator: [accounts, me],
  security_administrator: [accounts, me],
  audit_administrator: [{ to: '/audit', icon: 'eye', text: 'nav.audit' }, me],
};

// Who may make tokens for programs.
export const kTokenMakers: readonly Role[] = [
  'community_officer',
  'township_officer',
  'county_officer',
  'higher_officer',
];

export function nav_of(role: Role | undefined): NavItem[] {
  return role ? pages[role] : [];
}

export function home_of(role: Role | undefined): string {
  return nav_of(role)[0]?.to ?? '/login';
}
