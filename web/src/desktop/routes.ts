// SPDX-License-Identifier: Apache-2.0
// The officers' pages. Each is its own lazy chunk whose name starts with "desktop-"; nothing of them
// is in the phone's first load.
import type { RouteRecordRaw } from 'vue-router';
import type { Role } from '@/api/types';

const field: readonly Role[] = ['community_officer', 'township_officer', 'county_officer'];
const officers: readonly Role[] = [...field, 'higher_officer'];
const staff_keepers: readonly Role[] = [
  ...field,
  'system_administrator',
  'security_administrator',
];

export const desktop_routes: RouteRecordRaw[] = [
  {
    path: '/board/:region?',
    component: () => import('./BoardPage.vue'),
    meta: { title: 'nav.board', roles: officers, wide: true },
  },
  {
    path: '/households',
    component: () => import('./HouseholdsPage.vue'),
    meta: { title: 'nav.households', roles: field, wide: true },
  },
  {
    path: '/status',
    component: () => import('@/status/StatusPage.vue'),
    meta: { title: 'nav.people', roles: officers, wide: true },
  },
  {
    path: '/places',
    component: () => import('./PlacesPage.vue'),
    meta: { title: 'nav.places', roles: field, wide: true },
  },
  {
    path: '/import',
    component: () => import('./ImportPage.vue'),
    meta: { title: 'nav.import', roles: ['community_officer'], wide: true },
  },
  {
    path: '/accounts',
    component: () => import('./AccountsPage.vue'),
    meta: { title: 'nav.accounts', roles: staff_keepers, wide: true },
  },
  {
    path: '/audit',
    component: () => import('@/audit/AuditPage.vue'),
    meta: { title: 'nav.audit', roles: ['audit_administrator'], wide: true },
  },
  {
    path: '/audit/cases',
    component: () => import('@/audit/CasesPage.vue'),
    meta: { title: 'nav.audit', roles: ['audit_administrator'], wide: true },
  },
  {
    path: '/requests',
    component: () => import('@/ledger/RequestsPage.vue'),
    meta: { title: 'nav.requests', roles: field, wide: true },
  },
  {
    path: '/matching',
    component: () => import('@/matching/MatchPage.vue'),
    meta: { title: 'nav.households', roles: field, wide: true },
  },
  {
    path: '/retention',
    component: () => import('@/retention/RetentionPage.vue'),
    meta: { title: 'nav.retention', roles: field, wide: true },
  },
  {
    path: '/indicators',
    component: () => import('./IndicatorsPage.vue'),
    meta: { title: 'nav.indicators', roles: officers, wide: true },
  },
];
