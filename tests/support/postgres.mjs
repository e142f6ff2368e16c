// SPDX-License-Identifier: Apache-2.0
// Databases on the PostgreSQL server that WANGDI_STORE names (tools/with_postgres sets it), for
// tests that then run on it instead of SQLite.
import { spawnSync } from 'node:child_process';

const store = process.env.WANGDI_STORE ?? '';
export const on_postgres = store !== '';

// What psql prints: the rows of the last statement, columns separated by |.
export function operate(sql) {
  const done = spawnSync('psql', [store, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
  return done.stdout.trim();
}

// The folder of the database server's own files, when all is in them; nothing on SQLite, whose file
// is in the data folder.
export function database_folders() {
  if (!on_postgres) return [];
  operate('CHECKPOINT');
  return [operate('SHOW data_directory')];
}

// What the program is given for a database; nothing on SQLite.
export function store_options(name) {
  if (!on_postgres) return [];
  const [place, query] = store.split('?');
  return ['--store', `${place.replace(/\/[^/]*$/, `/${name}`)}?${query ?? ''}`];
}
export function create_database(name, template = 'template0') {
  if (on_postgres) operate(`CREATE DATABASE ${name} TEMPLATE ${template}`);
}
export function drop_database(name) {
  if (on_postgres) operate(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}
