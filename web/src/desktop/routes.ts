// SPDX-License-Identifier: Apache-2.0
// The officers' pages. Each is its own lazy chunk whose name starts with "desktop-"; nothing of them
// is in the phone's first load.
import type { RouteRecordRaw } from 'vue-router';
import type { Role } from '@/api/types';

const officers: readonly Role[] = [
  'community_officer',
  'township_officer',
  'county_officer',
  'higher_officer',
];

export const desktop_routes: RouteRecordRaw[] = [
  {
    path: '/board/:region?',
    component: () => import('./BoardPage.vue'),
    meta: { title: 'nav.board', roles: officers },
  },
];
