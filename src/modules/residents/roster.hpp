// SPDX-License-Identifier: Apache-2.0
// The import of a roster: trying a file, the sheet of everything that was found, and applying it
// through the commands of the roster in the caller's name. The page and the command line call these
// functions; the server keeps nothing of a file.
#pragma once

#include "base/clock.hpp"
#include "modules/residents/roster_check.hpp"

namespace wangdi::residents {

// Who may import: whoever keeps the community's roster and may send its commands. Grid workers add
// households one by one.
inline constexpr access::Roles kImporters = {access::Role::community_officer};
// Who may take a masked roster out, each inside the own region.
inline constexpr access::Roles kExporters = access::kOfficers;
// The scope and the level: rosters belong to a community. Errors: not_found, invalid_fields.
Status check_community(const access::Actor& actor, const RegionCode& community,
                       access::Roles roles = kImporters);

// Further errors of all three: those of sheet::Sheet, header_missing, column_missing,
// column_duplicate, file_too_large beyond kRosterRows. A file with one of them is refused whole.
Result<ImportTrial> try_roster(const RosterRequest& request, const RosterSources& sources);
// An xlsx of every error and every possible duplicate.
Result<std::string> roster_errors_file(const RosterRequest& request, const RosterSources& sources);

struct RosterApplying {
  bus::CommandSender& commands;
  const Clock& clock;
  crypto::Digest digest;  // of the trial
  // Called after each chunk of commands with the rows so far; false ends the import there.
  std::function<bool(const ImportState&)> progress;
  // Waits a moment when the queue is full; false gives up. Left out: gives up at once.
  std::function<bool()> wait = nullptr;
};
// Errors before anything is written: import_changed and the ones above. Once rows are written the
// answer is a state; a failed one says why, and the same file may be applied again.
Result<ImportState> apply_roster(const RosterRequest& request, const RosterSources& sources,
                                 const RosterApplying& applying);

crypto::Digest roster_digest(std::string_view bytes);

}  // namespace wangdi::residents
