// SPDX-License-Identifier: Apache-2.0
// Database servers beside the one of tools/with_postgres: copies of it in the same folder, at other
// ports of its Unix socket. Only tests that run with it may import this.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { operate } from './postgres.mjs';

export const kFirstPort = 5432;

const bin = readdirSync('/usr/lib/postgresql')
  .map((version) => join('/usr/lib/postgresql', version, 'bin'))
  .filter((path) => existsSync(join(path, 'pg_basebackup')))
  .at(-1);
export const home = dirname(operate('SHOW data_directory'));
export const address = (ports, database = 'postgres') =>
  `postgres:///${database}?host=${ports.map(() => home).join(',')}&port=${ports.join(',')}&user=postgres`;

// The server refuses to run as root.
export function as_server(program, words) {
  const command = [join(bin, program), ...words];
  const all = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command;
  const stdio = ['ignore', 'ignore', 'pipe'];
  const done = spawnSync(all[0], all.slice(1), { encoding: 'utf8', cwd: '/', stdio });
  assert.equal(done.status, 0, `${program}: ${done.stderr}`);
}
export function ask(port, ...statements) {
  const words = [address([port]), '-XAtq', '-v', 'ON_ERROR_STOP=1'];
  words.push(...statements.flatMap((sql) => ['-c', sql]));
  const done = spawnSync('psql', words, { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
}

// `folder` is a copy that pg_basebackup made.
export function start_server(folder, port) {
  const settings =
    `-c port=${port} -c listen_addresses='' -c unix_socket_directories=${home}` +
    ' -c max_connections=200';
  as_server('pg_ctl', ['-D', folder, '-l', join(folder, 'server.log'), '-w', '-o', settings, 'start']);
}

// What dies takes nothing to its end: all processes of a server at once.
export function kill_server(folder) {
  const postmaster = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  process.kill(postmaster, 'SIGSTOP'); // it starts nobody again
  for (const child of children.trim().split(' ')) process.kill(Number(child), 'SIGKILL');
  process.kill(postmaster, 'SIGKILL');
}
