// SPDX-License-Identifier: Apache-2.0
// Databases on the PostgreSQL server that WANGDI_STORE names (tools/with_postgres sets it), for
// tests that then run on it instead of SQLite.
import { spawnSync } from 'node:child_process';

const store = process.env.WANGDI_STORE ?? '';
export const on_postgres = store !== '';

export function operate(sql) {
  const done = spawnSync('psql', [store, '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
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
