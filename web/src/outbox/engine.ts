// SPDX-License-Identifier: Apache-2.0
// Everything that needs the database, in one chunk.
export { clear_cache, write_cache, follow_cache } from '@/cache/store';
export { start_stream, stop_stream } from '@/live/stream';
export { register_worker } from '@/shell/register';
export { check_storage } from '@/shell/storage';
export { db, type OutboxRow } from './db';
export { follow, follow_rows } from './follow';
export { outbox } from './outbox';
export { drain, listen_to_the_page, poke, start_sync, stop_sync } from './sync';
