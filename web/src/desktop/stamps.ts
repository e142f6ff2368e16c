// SPDX-License-Identifier: Apache-2.0
// Times with seconds, for figures that move while one looks.
import { kZone } from '@/format/dates';

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: kZone,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

export function seconds(at: number): string {
  return parts.format(at);
}
