// SPDX-License-Identifier: Apache-2.0
// Dates and ages as people read them: 2020年2月18日, 24 hours, one zone. Instants are Unix ms, days
// are "YYYY-MM-DD".
import { is_en } from '@/i18n/make';

export const kZone = 'Asia/Shanghai'; // civil days of the whole country
const kDayMs = 86_400_000;

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: kZone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

function split(at: number) {
  const found: Record<string, string> = {};
  for (const part of parts.formatToParts(at)) found[part.type] = part.value;
  return found as { year: string; month: string; day: string; hour: string; minute: string };
}

export function day_of(at: number): string {
  const p = split(at);
  return `${p.year}-${p.month}-${p.day}`;
}

export function clock(at: number): string {
  const p = split(at);
  return `${p.hour}:${p.minute}`;
}

export function add_days(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * kDayMs).toISOString().slice(0, 10);
}

// Whole days from one civil day to another.
export function days_between(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / kDayMs);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function long_day(day: string): string {
  const [y, m, d] = day.split('-').map(Number) as [number, number, number];
  return is_en.value ? `${d} ${months[m - 1]} ${y}` : `${y}年${m}月${d}日`;
}

export function short_day(day: string): string {
  const [, m, d] = day.split('-').map(Number) as [number, number, number];
  return is_en.value ? `${d} ${months[m - 1]}` : `${m}月${d}日`;
}

// "今天 09:12", "昨天 09:12", "2月10日 09:12", with the year where it is another; as seen from now.
export function moment(at: number, now: number): string {
  const day = day_of(at);
  const age = days_between(day, day_of(now));
  const time = clock(at);
  if (age === 0) return is_en.value ? `today ${time}` : `今天 ${time}`;
  if (age === 1) return is_en.value ? `yesterday ${time}` : `昨天 ${time}`;
  const same_year = day.slice(0, 4) === day_of(now).slice(0, 4);
  return `${same_year ? short_day(day) : long_day(day)} ${time}`;
}

// "09:12" on the day itself, else as `moment`.
export function stamp(at: number, now: number): string {
  return day_of(at) === day_of(now) ? clock(at) : moment(at, now);
}
