// SPDX-License-Identifier: Apache-2.0
// A community's roster as an xlsx: masked, asked with a purpose, logged before the data leave, and
// marked with who took it out, when and what for (security.md FI3, FI4).
#pragma once

#include "common/bus/context.hpp"
#include "modules/residents/roster_messages.hpp"
#include "vault/access_log.hpp"

namespace wangdi::residents {

// Rows of one export; a community has about 2,000 people, the largest known 100,000.
inline constexpr std::size_t kExportRows = 100'000;
// Exports of one account within an hour.
inline constexpr std::int64_t kExportsPerHour = 20;

// What is written into the access log before the export runs. Errors: field_too_many beyond
// kExportRows, too_many_requests beyond kExportsPerHour.
Result<vault::AccessEntry> note_export(const ExportHouseholds& params, bus::QueryContext& context);
Result<bus::Answer> export_households(const ExportHouseholds& params, bus::QueryContext& context);

std::span<const store::Statement> export_statements();

}  // namespace wangdi::residents
