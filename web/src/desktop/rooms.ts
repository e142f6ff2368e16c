// SPDX-License-Identifier: Apache-2.0
// How the states of a room are drawn: fill, border, icon and word, so that a black and white print
// still tells them apart.
import type { IconName } from '@/components/icons';
import type { Schemas } from '@/gen/schema';

export type RoomStatus = Schemas['RoomStatus'];
export const room_looks: Record<RoomStatus, { look: string; icon: IconName }> = {
  ok: { look: 'ok', icon: 'check' },
  due: { look: 'due', icon: 'ring' },
  overdue: { look: 'late', icon: 'clock' },
  exception: { look: 'obs', icon: 'alert' },
  care: { look: 'care', icon: 'heart' },
  vacant: { look: 'none', icon: 'minus' },
};
export const room_statuses = Object.keys(room_looks) as RoomStatus[];
