// SPDX-License-Identifier: Apache-2.0
// The durable command on PostgreSQL: taps over HTTP by 64 connections against raw unnest batches,
// in turn on two copies of one database; the same taps with one writer and with several, in turn; and
// the first seconds of a session whose tables of visits are empty. Run by tools/with_postgres; prints one JSON line, what it does goes to stderr.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { http_round, move_workers, write_workers } from './durable.mjs';
import { children_cpu_us, median, run, run_json } from './processes.mjs';
import { Service, program } from './service.mjs';

const { work, communities, seconds, rounds, first_seconds } = JSON.parse(process.argv[2]);
const store = process.env.WANGDI_STORE;
const say = (text) => process.stderr.write(text + '\n');

const address = (name) => store.replace(/\/[^/?]*\?/, `/${name}?`);
const ask = (sql) => run('psql', [store, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql]).trim();
const pid_file = readFileSync(join(ask('SHOW data_directory'), 'postmaster.pid'), 'utf8');
const postmaster = Number(pid_file.split('\n')[0]);

// All that the database server does: sessions, log, checkpoints.
const backends_us = () => children_cpu_us(postmaster);

function make(name) {
  const folder = join(work, name);
  for (const part of ['', '.keys', '.root', '.anchor', '.anchor.old']) rmSync(folder + part, { recursive: true, force: true });
  ask(`CREATE DATABASE ${name} TEMPLATE template0`);
  const env = { ...process.env, WANGDI_STORE: address(name) };
  const told = run_json(program('bench_make_roster'), [folder, String(communities), '0', 'city'], { env });
  return { folder, told };
}

async function measured_round(server, file, round, length) {
  const before = backends_us();
  const http = await http_round(server, file, length, round);
  return { ...http, backends_us: (backends_us() - before) / (http.per_second * length) };
}

function raw_round() {
  const before = backends_us();
  const env = { ...process.env, WANGDI_STORE: address('bench_raw') };
  const raw = run_json(program('bench_raw'), ['unused', String(seconds)], { env });
  return { ...raw, backends_us: (backends_us() - before) / raw.rows };
}

// No visit was made in this database yet: the session begins with empty tables of visits.
async function measure_beginning(folder, told, file) {
  const server = await Service.start(folder, told, address('bench_http'));
  const a_second = [];
  try {
    await write_workers(server, told, file);
    for (let second = 0; second < first_seconds; second += 1) {
      a_second.push((await http_round(server, file, 1, second)).per_second);
    }
  } finally {
    await server.stop();
  }
  const first = median(a_second.slice(0, 3));
  const last = median(a_second.slice(-Math.max(3, Math.floor(first_seconds / 4))));
  say(`from empty: ${a_second.map((rate) => rate.toFixed(0)).join(' ')} a second`);
  return { seconds: first_seconds, first, least: Math.min(...a_second), last };
}

const kWriters = [1, 2, 4];

// Each number of writers once a round, so that their figures are seconds apart.
async function measure_writers(folder, told, file) {
  const rates = new Map(kWriters.map((writers) => [writers, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const writers of kWriters) {
      const server = await Service.start(folder, told, address('bench_http'), [`write.writers=${writers}`]);
      try {
        move_workers(server, file);
        await http_round(server, file, 1, round);
        const { per_second, cpu_us, backends_us, p99_ms, batch } = await measured_round(server, file, round, seconds);
        rates.get(writers).push({ per_second, cpu_us, backends_us, p99_ms, batch });
      } finally {
        await server.stop();
      }
    }
    say(`writers ${kWriters.map((writers) => `${writers}: ${rates.get(writers).at(-1).per_second.toFixed(0)}/s`).join(', ')}`);
  }
  return kWriters.map((writers) => {
    const all = rates.get(writers);
    return { writers, ...Object.fromEntries(Object.keys(all[0]).map((name) => [name, median(all.map((one) => one[name]))])) };
  });
}

say(`making ${communities} communities on PostgreSQL`);
const { folder, told } = make('bench_http');
ask('CREATE DATABASE bench_raw TEMPLATE bench_http');
const file = join(work, 'postgres_workers.tsv');
const beginning = await measure_beginning(folder, told, file);
const server = await Service.start(folder, told, address('bench_http'));
const measured = [];
try {
  await write_workers(server, told, file);
  await http_round(server, file, 1, 0);
  for (let round = 1; round <= rounds; round += 1) {
    const raw = raw_round();
    const http = await measured_round(server, file, round, seconds);
    const ratio = http.per_second / raw.rows_a_second;
    say(
      `postgres ${round}: ${http.per_second.toFixed(0)}/s of raw ${raw.rows_a_second.toFixed(0)} = ${ratio.toFixed(2)},` +
        ` CPU server ${http.cpu_us.toFixed(0)} backends ${http.backends_us.toFixed(0)} us` +
        ` of raw ${raw.cpu_us_a_row.toFixed(0)} + ${raw.backends_us.toFixed(0)},` +
        ` p50 ${http.p50_ms} p99 ${http.p99_ms} ms, batch ${http.batch.toFixed(0)}`,
    );
    measured.push({
      ...http,
      raw_per_second: raw.rows_a_second,
      raw_cpu_us: raw.cpu_us_a_row,
      raw_backends_us: raw.backends_us,
      ratio,
    });
  }
} finally {
  await server.stop();
}
const writers = await measure_writers(folder, told, file);
const of = (name) => median(measured.map((round) => round[name]));
const medians = Object.fromEntries(Object.keys(measured[0]).map((name) => [name, of(name)]));
for (const part of ['', '.keys', '.root', '.anchor', '.anchor.old']) rmSync(folder + part, { recursive: true, force: true });
const version = ask('SHOW server_version').split(' ')[0];
const result = { ...medians, writers, beginning, version, households: told.households };
process.stdout.write(JSON.stringify(result) + '\n');
