// SPDX-License-Identifier: Apache-2.0
// The real server for tests: a fresh copy of a demo folder that is made once, on a free port of this
// machine, stopped or killed as a test wants.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { create_database, drop_database, on_postgres, store_options } from './postgres.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.WANGDI_BINARY ?? join(root, 'build/wangdi');
const shared = process.env.WANGDI_DEMO ?? join(root, 'build/tests', on_postgres ? 'demo_postgres' : 'demo');
const demo_database = 'wangdi_demo';
const web = process.env.WANGDI_WEB ?? join(root, 'web/dist');

// Makes the demo that tests copy: once, because the import of the tree takes its time. `anew` also
// when there is one, which an older binary may have made.
let made_here = false; // a database of an earlier process may be gone with its server
export function make_demo({ anew = false } = {}) {
  if (!anew && (made_here || !on_postgres) && existsSync(join(shared, 'data/WANGDI'))) return shared;
  rmSync(shared, { recursive: true, force: true });
  mkdirSync(shared, { recursive: true });
  drop_database(demo_database);
  create_database(demo_database);
  const words = ['demo', '--data', join(shared, 'data'), ...store_options(demo_database)];
  const made = spawnSync(binary, words, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`wangdi demo: ${made.stderr}`);
  made_here = true;
  return shared;
}

// A folder of its own for one test: data, keys and root beside each other.
export class Installation {
  servers = []; // each that was started
  constructor() {
    make_demo();
    this.base = mkdtempSync(join(tmpdir(), 'wangdi_test_'));
    for (const part of ['data', 'data.keys', 'data.root', 'data.anchor']) {
      if (!existsSync(join(shared, part))) continue; // a demo of before there were anchors
      cpSync(join(shared, part), join(this.base, part), { recursive: true });
    }
    this.data = join(this.base, 'data');
    this.database = this.base.replace(/.*wangdi_test_/, 'wangdi_').toLowerCase();
    create_database(this.database, demo_database);
    this.options = ['--data', this.data, ...store_options(this.database)];
    this.password = readFileSync(join(this.data, 'files/demo_password'), 'utf8').trim();
  }

  // Runs a command of the tool to its end.
  run(words, options = {}) {
    return spawnSync(binary, [...words, ...this.options, ...(options.arguments ?? [])], {
      encoding: 'utf8',
      input: options.input,
      env: { ...process.env, LANG: 'C.UTF-8', ...options.env },
    });
  }

  // Serves until stop() or kill(); resolves when the address is printed.
  async serve(options = {}) {
    const server = new Server(this, options);
    this.servers.push(server);
    await server.ready;
    return server;
  }

  // Ends what still serves it: a server would go on writing into the folder, and hold the test up.
  remove() {
    for (const server of this.servers) server.process.kill('SIGKILL');
    drop_database(this.database);
    rmSync(this.base, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

export class Server {
  constructor(installation, { port = 0, set = {}, log_level = 'warning' } = {}) {
    this.installation = installation;
    this.log = '';
    const settings = Object.entries({
      'http.requests_per_second_per_client': 0,
      ...(existsSync(join(web, 'index.html')) ? { 'http.web': web } : {}),
      ...set,
    }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    this.process = spawn(
      binary,
      [
        'serve',
        ...installation.options,
        '--listen',
        `127.0.0.1:${port}`,
        '--log-level',
        log_level,
        ...settings,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LANG: 'C.UTF-8' } },
    );
    this.process.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
    this.exited = new Promise((done) => this.process.on('exit', (code, signal) => done({ code, signal })));
    this.ready = new Promise((done, fail) => {
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        const found = /^https?:\/\/([0-9.]+):(\d+)$/.exec(line);
        if (!found) return;
        this.port = Number(found[2]);
        this.url = line;
        done();
      });
      this.exited.then(({ code }) => fail(new Error(`the server ended with ${code}: ${this.log}`)));
    });
  }

  async stop() {
    this.process.kill('SIGTERM');
    return this.exited;
  }
  async kill() {
    this.process.kill('SIGKILL');
    return this.exited;
  }
}
