// SPDX-License-Identifier: Apache-2.0
// Measures every bar of the server side and writes docs/performance.md. bench/run builds what this
// needs and starts it. Folders are made once under build/bench and used again.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { copy_folder, measure_durable, remove_folder } from './durable.mjs';
import { page_of } from './page.mjs';
import { measure_pages } from './pages.mjs';
import { cpu_seconds_of, median, run, run_json } from './processes.mjs';
import { build, program, root } from './service.mjs';
import { measure_start } from './start.mjs';

const work = process.env.WANGDI_BENCH_FOLDER ?? join(build, 'bench');

// One community has 864 doors and 2,160 persons.
const modes = {
  quick: { durable_communities: 24, seconds: 2, rounds: 2, first_seconds: 10, persons: 50_000, requests: 20, starts: 2 },
  usual: { durable_communities: 120, seconds: 4, rounds: 5, first_seconds: 60, persons: 100_000, requests: 60, starts: 3 },
  full: { durable_communities: 120, seconds: 4, rounds: 7, first_seconds: 60, persons: 1_000_000, requests: 100, starts: 5 },
};
const kPersonsPerCommunity = 2_160;
const kPostgresCommunities = 24; // made through the commands each time, since the server goes afterwards
const kPostgresPersonsMost = 200_000; // made anew in each run
const kDurableKeptMb = 4_000; // copies of the folder and what the rounds add

const say = (text) => process.stdout.write(text + '\n');

function options_of(words) {
  const names = { '--quick': 'quick', '--full': 'full' };
  const options = { name: 'usual' };
  for (let i = 0; i < words.length; i += 1) {
    if (names[words[i]]) options.name = names[words[i]];
    else if (words[i] === '--persons' && Number(words[i + 1]) > 0) options.persons = Number(words[(i += 1)]);
    else throw new Error(`unknown argument ${words[i]}; see bench/run --help`);
  }
  return { ...modes[options.name], ...options };
}

// A folder of bench_make_roster: made once, then only read. What it printed is kept beside it.
function roster(name, communities, visited, nation) {
  const folder = join(work, name);
  if (!existsSync(folder + '.json')) {
    remove_folder(folder);
    say(`making ${name}: ${communities} communities of 2,160 persons`);
    const words = [folder, String(communities), String(visited), ...(nation ? ['nation'] : [])];
    writeFileSync(folder + '.json', run(program('bench_make_roster'), words));
  }
  return { folder, told: JSON.parse(readFileSync(folder + '.json', 'utf8')) };
}

// `wangdi init`: the tree's import and all that a new folder needs.
function measure_init(rounds) {
  const folder = join(work, 'init');
  const seconds = [];
  for (let i = 0; i < rounds; i += 1) {
    remove_folder(folder);
    seconds.push(cpu_seconds_of(program('wangdi'), ['init', '--data', folder, '--admin', 'admin']));
  }
  say(`init with the division tree: ${median(seconds).toFixed(2)} CPU s`);
  return { cpu_seconds: median(seconds) };
}

// What one durable write of a page costs on this disk: every batch waits for at least one.
function measure_disk() {
  const path = join(work, 'disk');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(4_096, 1);
  const times = [];
  for (let i = 0; i < 200; i += 1) {
    const before = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    times.push(performance.now() - before);
  }
  closeSync(file);
  rmSync(path);
  say(`write and fdatasync of 4 KiB: ${median(times).toFixed(2)} ms`);
  return { sync_ms: median(times) };
}

function measure_rebuild(folder) {
  const rebuilt = run_json(program('bench_rebuild'), [folder]);
  say(
    `rebuild: ${Math.round(rebuilt.visits.events_a_cpu_second)} visits a CPU second of ${rebuilt.visits.events},` +
      ` the whole folder ${Math.round(rebuilt.whole.events_a_cpu_second)} of ${rebuilt.whole.events}`,
  );
  return rebuilt;
}

function measure_trial({ folder, told }) {
  const tried = run_json(program('bench_trial'), [folder, told.grids[0].grid.slice(0, 12)]);
  say(`roster trial: ${Math.round(tried.rows_a_cpu_second)} rows a CPU second of ${tried.rows}`);
  return tried;
}

function measure_postgres({ seconds, rounds, first_seconds, persons, requests, starts }) {
  const words = { work, communities: kPostgresCommunities, seconds, rounds, first_seconds, requests, starts };
  words.people_communities = Math.ceil(Math.min(persons, kPostgresPersonsMost) / kPersonsPerCommunity);
  const node = [process.execPath, join(import.meta.dirname, 'postgres.mjs'), JSON.stringify(words)];
  const stdio = ['ignore', 'pipe', 'inherit'];
  return JSON.parse(run(join(root, 'tools/with_postgres'), node, { stdio }));
}

async function main() {
  const options = options_of(process.argv.slice(2));
  mkdirSync(work, { recursive: true });
  const free = statfsSync(work);
  if ((free.bavail * free.bsize) / 1e6 < kDurableKeptMb) throw new Error(`${work} needs ${kDurableKeptMb} MB free`);

  const results = { options, measured_at: new Date().toISOString().slice(0, 10) };
  results.init = measure_init(options.starts);
  results.disk = measure_disk();
  const taps = roster(`taps_${options.durable_communities}`, options.durable_communities, 0, false);
  const start = { folder: copy_folder(taps.folder, join(work, 'start')), told: taps.told, rounds: options.starts, say };
  results.start = await measure_start(start);
  results.durable = await measure_durable({ ...options, ...taps, work, say });
  results.durable.households = taps.told.households;
  results.postgres = measure_postgres(options);
  results.rebuild = measure_rebuild(join(work, 'durable_http'));

  const communities = Math.ceil(options.persons / kPersonsPerCommunity);
  const people = roster(`people_${options.persons}`, communities, 75, true);
  results.people = { persons: people.told.persons, districts: people.told.districts + 1 };
  results.trial = measure_trial(people);
  const copy = copy_folder(people.folder, join(work, 'people_copy')); // a search is written to the access log
  results.pages = await measure_pages({ folder: copy, told: people.told, count: options.requests, say });
  for (const name of ['start', 'people_copy', 'durable_http', 'durable_raw', 'init']) remove_folder(join(work, name));
  writeFileSync(join(work, 'results.json'), JSON.stringify(results, null, 2) + '\n');
  const { table, text } = page_of(results);
  writeFileSync(join(root, 'docs/performance.md'), text);
  say('\n' + table);
}

await main();
