// SPDX-License-Identifier: Apache-2.0
// Look-ups in the registry and its completeness check.
#include "common/bus/registry.hpp"

#include <cstdio>

namespace wangdi::bus {
namespace {

[[noreturn]] void incomplete(std::string_view what, std::string_view name) {
  std::fprintf(
      stderr, "{\"level\":\"fatal\",\"event\":\"registry\",\"what\":\"%.*s\",\"name\":\"%.*s\"}\n",
      static_cast<int>(what.size()), what.data(), static_cast<int>(name.size()), name.data());
  std::abort();
}

}  // namespace

const CommandType* Registry::find_command(std::string_view name) const {
  const auto found = commands_.find(name);
  return found == commands_.end() ? nullptr : &found->second;
}

const EventType* Registry::find_event(std::string_view name, int version) const {
  const auto found = events_.find({std::string(name), version});
  return found == events_.end() ? nullptr : &found->second;
}

Status Registry::erase_what_else(PersonId person, CommandContext& context) const {
  for (const auto& erase : with_person_) {
    WD_TRY([[maybe_unused]] auto erased, erase(person, context));
  }
  return ok();
}

void Registry::check() const {
  for (const auto& [name, type] : commands_) {
    if (type.roles.empty()) incomplete("command without roles", name);
    if (!type.region_of) incomplete("command without scope", name);
    if (type.summary_zh.empty() || type.summary_en.empty()) {
      incomplete("command without summary", name);
    }
    // Nobody is there to show it.
    if (type.token_use && type.needs_fresh_proof) incomplete("command of tokens with proof", name);
  }
  for (const auto& query : queries_) {
    if (query.roles.empty()) incomplete("query without roles", query.path);
    if (query.summary_zh.empty() || query.summary_en.empty()) {
      incomplete("query without summary", query.path);
    }
    if (query.token_use && (query.needs_fresh_proof || query.logged)) {
      incomplete("query of tokens that shows people or asks for proof", query.path);
    }
  }
}

}  // namespace wangdi::bus
