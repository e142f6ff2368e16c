// SPDX-License-Identifier: Apache-2.0
// The durable command on PostgreSQL: taps over HTTP by 64 connections against raw unnest batches,
// in turn on two copies of one database; the same taps with one writer and with several, in turn;
// the first seconds of a session whose tables of visits are empty; and the other bars on a database
// of many people. Run by tools/with_postgres; prints one JSON line, what it does goes to stderr.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { http_round, move_workers, remove_folder, write_workers } from './durable.mjs';
import { measure_pages } from './pages.mjs';
import { children_cpu_us, cpu_seconds_of, median, run, run_json } from './processes.mjs';
import { Service, program } from './service.mjs';
import { measure_start } from './start.mjs';

const { work, communities, people_communities, seconds, rounds, first_seconds, requests, starts } = JSON.parse(process.argv[2]);
const store = process.env.WANGDI_STORE;
const say = (text) => process.stderr.write(text + '\n');

const address = (name) => store.replace(/\/[^/?]*\?/, `/${name}?`);
const ask = (sql) => run('psql', [store, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql]).trim();
const pid_file = readFileSync(join(ask('SHOW data_directory'), 'postmaster.pid'), 'utf8');
const postmaster = Number(pid_file.split('\n')[0]);

// All that the database server does: sessions, log, checkpoints.
const backends_us = () => children_cpu_us(postmaster);

function make(name, words) {
  const folder = join(work, name);
  remove_folder(folder);
  ask(`CREATE DATABASE ${name} TEMPLATE template0`);
  const env = { ...process.env, WANGDI_STORE: address(name) };
  const told = run_json(program('bench_make_roster'), [folder, ...words], { env });
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

// CPU seconds of a command of the program, and of the database's processes meanwhile.
function both_cpu_s(words) {
  const before = backends_us();
  const program_s = cpu_seconds_of(program('wangdi'), words);
  return program_s + (backends_us() - before) / 1e6;
}

function measure_init() {
  const folder = join(work, 'init');
  const seconds = [];
  for (let i = 0; i < starts; i += 1) {
    remove_folder(folder);
    ask(`CREATE DATABASE bench_init_${i} TEMPLATE template0`);
    seconds.push(both_cpu_s(['init', '--data', folder, '--admin', 'admin', '--store', address(`bench_init_${i}`)]));
  }
  remove_folder(folder);
  return { cpu_seconds: median(seconds) };
}

// Everything of the bars that is not the tap, on a database of so many people.
async function measure_people() {
  say(`making ${people_communities} communities on PostgreSQL`);
  const { folder, told } = make('bench_people', [String(people_communities), '75', 'nation']);
  const store = address('bench_people');
  const start = await measure_start({ folder, told, rounds: starts, say, store });
  const pages = await measure_pages({ folder, told, count: requests, say, store });
  const env = { ...process.env, WANGDI_STORE: store };
  const trial = run_json(program('bench_trial'), [folder, told.grids[0].grid.slice(0, 12)], { env });
  say(`roster trial: ${Math.round(trial.rows_a_cpu_second)} rows a CPU second`);
  const events = Number(run('psql', [store, '-XAtqc', 'SELECT COUNT(*) FROM journal']));
  const cpu_seconds = both_cpu_s(['rebuild', '--check', '--data', folder, '--store', store]);
  say(`rebuild --check: ${events} events in ${cpu_seconds.toFixed(1)} CPU s`);
  remove_folder(folder);
  return { persons: told.persons, start, pages, trial, rebuild: { events, cpu_seconds } };
}

say(`making ${communities} communities on PostgreSQL`);
const { folder, told } = make('bench_http', [String(communities), '0', 'city']);
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
remove_folder(folder);
const people = { init: measure_init(), ...(await measure_people()) };
const version = ask('SHOW server_version').split(' ')[0];
const result = { ...medians, writers, beginning, people, version, households: told.households };
process.stdout.write(JSON.stringify(result) + '\n');
