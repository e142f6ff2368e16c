// SPDX-License-Identifier: Apache-2.0
// The phone's own key, the second factor of a grid worker (ADR 0029): an ECDSA key pair of which the
// private half lies here only wrapped under the PIN. It signs two texts and nothing else.
import { unwrapped, wrap, type Wrapped } from './read_key';
import { base64url, utf8, type Bytes } from './seal';

const kCurve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const kSigning = { name: 'ECDSA', hash: 'SHA-256' } as const;
const kIdBytes = 16;

export interface DeviceKey {
  key: string; // its id
  public_key: string;
  signature: string; // that who offers the public half has the private one
  stored: Wrapped;
}

const place = (account: string) => `device ${account}`;

async function id_of(point: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', point));
  return base64url(digest.slice(0, kIdBytes));
}
async function signed(key: CryptoKey, lines: readonly string[]): Promise<string> {
  const signature = await crypto.subtle.sign(kSigning, key, utf8(lines.join('\n')));
  return base64url(new Uint8Array(signature));
}

// Everything that enrols a key is made with it, so that the PIN is not asked for again when the network
// is long in coming.
export async function make_device_key(
  pin: string,
  account: string,
  rounds: number,
): Promise<DeviceKey> {
  const pair = await crypto.subtle.generateKey(kCurve, true, ['sign', 'verify']);
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const key = await id_of(point);
  const raw = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const stored = await wrap(pin, place(account), rounds, raw);
  raw.fill(0);
  const signature = await signed(pair.privateKey, ['wangdi device', account, key]);
  return { key, public_key: base64url(point), signature, stored };
}

// Whether it lies under this PIN.
export async function is_under(pin: string, account: string, stored: Wrapped): Promise<boolean> {
  const raw = await unwrapped(pin, place(account), stored);
  raw?.fill(0);
  return raw !== undefined;
}

// What the server asks at a log-in, signed; undefined when the PIN is another. `name` as folded_name
// gives it.
export async function signed_log_in(
  pin: string,
  account: string,
  stored: Wrapped,
  { challenge, name }: { challenge: string; name: string },
): Promise<string | undefined> {
  const raw = await unwrapped(pin, place(account), stored);
  if (!raw) return undefined;
  const key = await crypto.subtle.importKey('pkcs8', raw, kCurve, false, ['sign']);
  raw.fill(0);
  return signed(key, ['wangdi log-in', challenge, name]);
}

// A login name as the server reads it (src/access/secrets.cpp): wide and large letters are the same.
export function folded_name(typed: string): string {
  return typed.trim().normalize('NFKC').toLowerCase();
}
