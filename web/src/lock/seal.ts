// SPDX-License-Identifier: Apache-2.0
// What is closed on the phone, all of it WebCrypto (ADR 0033): under the read key, and in a box that only
// the server opens. The read key itself is read_key.ts.
const subtle = () => crypto.subtle;
export const utf8 = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
const kCurve = { name: 'ECDH', namedCurve: 'P-256' } as const;
export const kAead = { name: 'AES-GCM', length: 256 } as const;
const kBoxVersion = 1;
const kBoxMarkBytes = 8;
const kNonceBytes = 12;
const kBits = 256; // of the shared point's x

export type Bytes = Uint8Array<ArrayBuffer>;

export function joined(...parts: readonly (Bytes | ArrayBuffer)[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...new Uint8Array(part)]));
}

export function base64url(bytes: Bytes): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
export function from_base64url(text: string): Bytes {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

const nonce = () => crypto.getRandomValues(new Uint8Array(kNonceBytes));

export async function close(key: CryptoKey, place: string, bytes: Bytes): Promise<Bytes> {
  const iv = nonce();
  const rule = { name: kAead.name, iv, additionalData: utf8(place) };
  return joined(iv, await subtle().encrypt(rule, key, bytes));
}
export async function open(key: CryptoKey, place: string, closed: Bytes): Promise<Bytes> {
  const iv = closed.subarray(0, kNonceBytes);
  const rule = { name: kAead.name, iv, additionalData: utf8(place) };
  return new Uint8Array(await subtle().decrypt(rule, key, closed.subarray(kNonceBytes)));
}

// Everything under the read key is bound to its place: a row moved elsewhere does not open.
export function keep(key: CryptoKey, place: string, value: unknown): Promise<Bytes> {
  return close(key, place, utf8(JSON.stringify(value)));
}
export async function read(key: CryptoKey, place: string, kept: Bytes): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await open(key, place, kept))) as unknown;
}

// The layout is that of src/common/crypto/box.hpp.
export async function seal(point: Bytes, place: string, text: string): Promise<Bytes> {
  const [server, own, hash] = await Promise.all([
    subtle().importKey('raw', point, kCurve, false, []),
    subtle().generateKey(kCurve, true, ['deriveBits']),
    subtle().digest('SHA-256', point),
  ]);
  const [shared, ephemeral] = await Promise.all([
    subtle().deriveBits({ name: kCurve.name, public: server }, own.privateKey, kBits),
    subtle().exportKey('raw', own.publicKey),
  ]);
  const drawn = await subtle().importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const rule = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: joined(ephemeral, point),
    info: utf8('wangdi.box.1'),
  };
  const key = await subtle().deriveKey(rule, drawn, kAead, false, ['encrypt']);
  const head = joined(Uint8Array.of(kBoxVersion), hash.slice(0, kBoxMarkBytes), ephemeral);
  return joined(head, await close(key, place, utf8(text)));
}
