// SPDX-License-Identifier: Apache-2.0
// The roster's table of contents.
#pragma once

namespace wangdi::bus {
class Registry;
}
namespace wangdi::pinyin {
class Table;
}

namespace wangdi::residents {

void register_module(bus::Registry& registry);
// Search by name, door or last four characters. The table is the server's one table of first
// letters and outlives the registry.
void register_search(bus::Registry& registry, const pinyin::Table& pinyin);

}  // namespace wangdi::residents
