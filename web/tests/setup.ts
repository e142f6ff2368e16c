// SPDX-License-Identifier: Apache-2.0
// A real IndexedDB in memory, and the few pieces of a browser that the code under test reads.
import 'fake-indexeddb/auto';

Object.assign(globalThis, { location: { origin: 'http://localhost' } });
