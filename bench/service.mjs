// SPDX-License-Identifier: Apache-2.0
// The server under measurement: SQLite or the database it is given, a free port of this machine, no limit of requests for one
// client, since all clients of a measurement share one address.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const build = process.env.WANGDI_BUILD ?? join(root, 'build');
export const program = (name) => join(build, name);

// `installation` has what tests/support/client.mjs asks of it: the password of all accounts.
export class Service {
  static async start(folder, told, store = '', settings = []) {
    const service = new Service(folder, told, store, settings);
    await service.ready;
    return service;
  }

  constructor(folder, told, store, settings) {
    this.installation = { password: told.password };
    const words = ['serve', '--data', folder, '--listen', '127.0.0.1:0', '--log-level', 'warning'];
    words.push('--set', 'http.requests_per_second_per_client=0');
    for (const setting of settings) words.push('--set', setting);
    if (store) words.push('--store', store);
    this.process = spawn(program('wangdi'), words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, LANG: 'C.UTF-8' },
    });
    this.exited = new Promise((done) => this.process.on('exit', done));
    this.ready = new Promise((done, fail) => {
      this.process.on('error', fail);
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        const found = /^http:\/\/[0-9.]+:(\d+)$/.exec(line);
        if (!found) return;
        this.port = Number(found[1]);
        this.url = line;
        done();
      });
      this.exited.then((code) => fail(new Error(`the server ended with ${code}`)));
    });
  }

  async stop() {
    this.process.kill('SIGTERM');
    return this.exited;
  }
}
