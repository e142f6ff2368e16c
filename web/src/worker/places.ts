// SPDX-License-Identifier: Apache-2.0
// Provinces and cities as lists to choose from.
import { places } from '@/gen/places';

export interface Place {
  code: string;
  name: string;
}
const split = (text: string): Place => {
  const digits = /^\d+/.exec(text)![0];
  return { code: digits, name: text.slice(digits.length) };
};
const lines = places.map((line) => line.split(' ').map(split));

export const provinces: readonly Place[] = lines.map((line) => line[0]!);

export function cities_of(province: string): readonly Place[] {
  return lines.find((line) => line[0]!.code === province)?.slice(1) ?? [];
}

export function place_name(code: string): string {
  const line = lines.find((one) => one[0]!.code === code.slice(0, 2));
  if (!line) return code;
  const city = code.length > 2 ? line.find((place) => place.code === code.slice(0, 4)) : undefined;
  return `${line[0]!.name}${city?.name ?? ''}`;
}
