// SPDX-License-Identifier: Apache-2.0
// How doors, numbers and counts are written.
import { is_en } from '@/i18n/make';

export interface DoorPlace {
  building: { name: string };
  unit: string;
  room: string;
}

// 3幢2单元402室; the building's name may already carry its 幢.
export function door_label(door: DoorPlace): string {
  const building = door.building.name;
  if (is_en.value)
    return `Bldg ${building.replace(/幢$/, '')}, unit ${door.unit}, room ${door.room}`;
  const unit = door.unit ? `${door.unit}单元` : '';
  return `${/^\d+$/.test(building) ? `${building}幢` : building}${unit}${door.room}室`;
}

export function building_label(name: string): string {
  const bare = name.replace(/幢$/, '');
  if (is_en.value) return /^\d+$/.test(bare) ? `Building ${bare}` : name;
  return /^\d+$/.test(name) ? `${name}幢` : name;
}

// For a row of many buildings.
export function building_short(name: string): string {
  return is_en.value ? name.replace(/幢$/, '') : building_label(name);
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
