// SPDX-License-Identifier: Apache-2.0
// How doors, numbers and counts are written.
import { is_en } from '@/i18n/make';

export interface DoorPlace {
  building: { name: string };
  unit: string;
  room: string;
}

// 3幢, in English Bldg 3, whether the building is called 3 or 3幢; any other name stays as it is.
export function building_label(name: string): string {
  const number = /^(\d+)幢?$/.exec(name)?.[1];
  if (!number) return name;
  return is_en.value ? `Bldg ${number}` : `${number}幢`;
}

// 3幢2单元402室, in English Bldg 3, unit 2, room 402: as the server writes it (door_label of residents).
export function door_label({ building, unit, room }: DoorPlace): string {
  const name = building_label(building.name);
  if (is_en.value) return `${name}, ${unit ? `unit ${unit}, ` : ''}room ${room}`;
  return `${name}${unit ? `${unit}单元` : ''}${room}室`;
}

// For a row of many buildings.
export function building_short(name: string): string {
  return is_en.value ? building_label(name).replace(/^Bldg /, '') : building_label(name);
}

// 139 0000 1234; anything else stays as it is.
export function phone_spaced(phone: string): string {
  return /^[\d*]{11}$/.test(phone) ? phone.replace(/^(.{3})(.{4})(.{4})$/, '$1 $2 $3') : phone;
}

export function count(n: number): string {
  return n.toLocaleString('en-US');
}

// Share in percent with one decimal, cut and not rounded, so that 99.96 never reads 100.0.
export function percent(done: number, due: number): string {
  if (due <= 0) return '—';
  return `${(Math.floor((done * 1000) / due) / 10).toFixed(1)}%`;
}
