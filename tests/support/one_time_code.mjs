// SPDX-License-Identifier: Apache-2.0
// One-time codes as a foreign program makes them (oathtool), in place of the app on a phone.
import { execFileSync } from 'node:child_process';
import { until } from './until.mjs';

const kStepMs = 30_000;
const step_now = () => Math.floor(Date.now() / kStepMs);

function code_at(secret, step) {
  const at = new Date(step * kStepMs).toISOString().replace(/\.\d+Z$/, ' UTC').replace('T', ' ');
  const words = ['--totp', '--base32', `--now=${at}`, secret];
  return execFileSync('oathtool', words, { encoding: 'utf8' }).trim();
}

// The phone of one account. The server takes the codes beside the present one as well, and each once.
export class Authenticator {
  #used = 0;
  constructor(secret) {
    this.secret = secret;
  }
  // A code that will be taken: the present one, or the one after it when that was used.
  async next() {
    await until('there is a code that was not used', () => step_now() + 1 > this.#used, kStepMs + 5_000);
    this.#used = Math.max(step_now(), this.#used + 1);
    return code_at(this.secret, this.#used);
  }
}
