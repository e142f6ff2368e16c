// SPDX-License-Identifier: Apache-2.0
// The read key: made at random, wrapped under a key that is drawn from the PIN (ADR 0033).
import { close, kAead, open, utf8, type Bytes } from './seal';

export interface Wrapped {
  salt: Bytes;
  rounds: number;
  wrapped: Bytes;
}

async function pin_key(pin: string, salt: Bytes, rounds: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', utf8(pin), 'PBKDF2', false, ['deriveKey']);
  const rule = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds };
  return crypto.subtle.deriveKey(rule, typed, kAead, false, ['encrypt', 'decrypt']);
}
// No script can read it out again.
function read_key(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, kAead, false, ['encrypt', 'decrypt']);
}

// Bytes under a PIN, bound to their place, with a salt of their own.
export async function wrap(
  pin: string,
  place: string,
  rounds: number,
  raw: Bytes,
): Promise<Wrapped> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const under = await pin_key(pin, salt, rounds);
  return { salt, rounds, wrapped: await close(under, place, raw) };
}
// Undefined when the PIN is another. The caller wipes what it got.
export async function unwrapped(
  pin: string,
  place: string,
  { salt, rounds, wrapped }: Wrapped,
): Promise<Bytes | undefined> {
  const under = await pin_key(pin, salt, rounds);
  return open(under, place, wrapped).catch(() => undefined);
}

// A fresh read key and the form of it that may lie on the phone.
export async function make_read_key(
  pin: string,
  account: string,
  rounds: number,
): Promise<{ key: CryptoKey; stored: Wrapped }> {
  const raw = crypto.getRandomValues(new Uint8Array(kAead.length / 8));
  const stored = await wrap(pin, account, rounds, raw);
  const key = await read_key(raw);
  raw.fill(0);
  return { key, stored };
}

// Undefined when the PIN is another.
export async function unwrap(
  pin: string,
  account: string,
  stored: Wrapped,
): Promise<CryptoKey | undefined> {
  const raw = await unwrapped(pin, account, stored);
  if (!raw) return undefined;
  const key = await read_key(raw);
  raw.fill(0);
  return key;
}
