// SPDX-License-Identifier: Apache-2.0
// Registration of the roster's queries, and what they share.
#pragma once

#include "common/bus/registry.hpp"
#include "modules/residents/tables.hpp"
#include "modules/residents/views.hpp"
#include "vault/reader.hpp"

namespace wangdi::pinyin {
class Table;
}

namespace wangdi::residents {

void register_queries(bus::Registry& registry);
void register_search_query(bus::Registry& registry, const pinyin::Table& pinyin);

// The member as views show it; nothing when it is not there.
std::optional<std::string> masked_value(const vault::Values& values, vault::Field field);
// A row of a search for a person, or for the door alone.
FoundRow found_person(const PersonRow& person, const HouseholdRow& household, std::string door,
                      const vault::Values& values);
FoundRow found_door(const HouseholdRow& household, std::string door, const vault::Values& values);

}  // namespace wangdi::residents
