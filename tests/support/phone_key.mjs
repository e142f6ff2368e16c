// SPDX-License-Identifier: Apache-2.0
// A phone's own key as a browser makes it (WebCrypto), in place of the phone of a grid worker.
import { createHash, webcrypto } from 'node:crypto';

const kAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const text_of = (bytes) => Buffer.from(bytes).toString('base64url');

export class PhoneKey {
  static async make() {
    const phone = new PhoneKey();
    const pair = await webcrypto.subtle.generateKey(kAlgorithm, true, ['sign', 'verify']);
    const point = Buffer.from(await webcrypto.subtle.exportKey('raw', pair.publicKey));
    phone.private_key = pair.privateKey;
    phone.public_key = text_of(point);
    phone.key = text_of(createHash('sha256').update(point).digest().subarray(0, 16));
    return phone;
  }
  // Enrols a new one in the session of a grid worker who must have a second factor.
  static async enrolled(client) {
    const phone = await PhoneKey.make();
    const answer = await client.post('/api/v1/session/device', await phone.enrolment(client.account.id));
    if (answer.status !== 200) throw new Error(`enrol a phone: ${answer.status} ${answer.text}`);
    return phone;
  }
  async sign(text) {
    return text_of(await webcrypto.subtle.sign(kAlgorithm, this.private_key, new TextEncoder().encode(text)));
  }
  // The body that enrols it for the account of a session.
  async enrolment(account) {
    return { public_key: this.public_key, signature: await this.sign(`wangdi device\n${account}\n${this.key}`) };
  }
  // What a log-in sends beside the password.
  async device(challenge, name) {
    return { key: this.key, challenge, signature: await this.sign(`wangdi log-in\n${challenge}\n${name}`) };
  }
}
