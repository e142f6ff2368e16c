// SPDX-License-Identifier: Apache-2.0
// How long a server with all its tables takes to answer, and what it keeps in memory.
import { logged_in } from '../tests/support/client.mjs';
import { median, memory_mb } from './processes.mjs';
import { Service } from './service.mjs';

// From the start of the program to the first answer, and the memory after one search.
export async function measure_start({ folder, told, rounds, say, store = '' }) {
  const times = [];
  const memory = [];
  for (let i = 0; i < rounds; i += 1) {
    const before = performance.now();
    const server = await Service.start(folder, told, store);
    const health = await fetch(server.url + '/health');
    if (health.status !== 200) throw new Error(`/health: ${health.status}`);
    times.push(performance.now() - before);
    const client = await logged_in(server, 'nation');
    await client.get('/api/v1/regions/search?q=hp');
    memory.push(memory_mb(server.process.pid));
    await server.stop();
  }
  say(`start to /health: ${median(times).toFixed(0)} ms, memory after a search ${median(memory).toFixed(0)} MB`);
  return { ms: median(times), memory_mb: median(memory) };
}
