// SPDX-License-Identifier: Apache-2.0
// What is said of an officer's command that is not done yet.
import { make_t } from '@/i18n/make';

export const tr = make_t(
  {
    held: '已留下，等有权的人复核；在这以前不生效',
    waits: '已存在这台设备，连上网就办',
  },
  {
    held: 'Kept for review by whoever may decide; nothing has changed yet',
    waits: 'Kept on this device until there is a network',
  },
);
