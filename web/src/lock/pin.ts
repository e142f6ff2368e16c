// SPDX-License-Identifier: Apache-2.0
// PINs as people type them. Pure.

// A Chinese keyboard gives wide digits.
export function clean_pin(typed: string): string {
  return typed.normalize('NFKC').replace(/\s/g, '');
}

export function is_whole(pin: string, digits: number): boolean {
  return pin.length === digits && /^\d+$/.test(pin);
}

// What a finder would try first: one digit all over, a row up or down, two or three digits repeated.
export function is_too_simple(pin: string): boolean {
  const steps = [...pin].slice(1).map((digit, at) => (Number(digit) - Number(pin[at]) + 10) % 10);
  const even = steps.every((step) => step === steps[0]);
  const row = even && [0, 1, 9].includes(steps[0] ?? 0);
  return row || /^(\d\d)\1+$/.test(pin) || /^(\d\d\d)\1+$/.test(pin);
}
