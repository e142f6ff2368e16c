// SPDX-License-Identifier: Apache-2.0
// Seals a command's body to the server's key as a phone does (src/common/crypto/box.hpp), written here
// once more beside the app's own.
import { createHash, webcrypto } from 'node:crypto';

const { subtle } = webcrypto;
const kCurve = { name: 'ECDH', namedCurve: 'P-256' };

export async function seal(server_key, { id, type, region }, account, body) {
  const point = Buffer.from(server_key, 'base64url');
  const server = await subtle.importKey('raw', point, kCurve, false, []);
  const own = await subtle.generateKey(kCurve, true, ['deriveBits']);
  const ephemeral = Buffer.from(await subtle.exportKey('raw', own.publicKey));
  const shared = await subtle.deriveBits({ name: 'ECDH', public: server }, own.privateKey, 256);
  const drawn = await subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const salt = Buffer.concat([ephemeral, point]);
  const key = await subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info: Buffer.from('wangdi.box.1') },
    drawn,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt'],
  );
  const iv = webcrypto.getRandomValues(new Uint8Array(12));
  const additionalData = Buffer.from([id, type, region, account].join('\n'));
  const text = Buffer.from(JSON.stringify({ body }));
  const closed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, text);
  const mark = createHash('sha256').update(point).digest().subarray(0, 8);
  return Buffer.concat([Buffer.of(1), mark, ephemeral, iv, Buffer.from(closed)]).toString('base64url');
}
