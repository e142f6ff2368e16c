// SPDX-License-Identifier: Apache-2.0
// Import, template and export of the roster as the server offers them.
#pragma once

namespace wangdi::bus {
class Registry;
}

namespace wangdi::residents {

class ImportJobs;

// The jobs are started later, when there is something to read from; they outlive the registry's
// use.
void register_roster(bus::Registry& registry, ImportJobs& imports);

}  // namespace wangdi::residents
