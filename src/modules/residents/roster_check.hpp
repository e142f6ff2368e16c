// SPDX-License-Identifier: Apache-2.0
// Compares the rows of a sheet one after the other with what is known and says of each what becomes
// of it: imported, only something added to somebody there, left out, or refused.
#pragma once

#include <functional>
#include <memory>

#include "common/bus/context.hpp"
#include "modules/residents/roster_known.hpp"
#include "modules/residents/roster_messages.hpp"

namespace wangdi::residents {

struct RosterRequest {
  access::Actor actor;
  RegionCode community;
  std::string_view bytes;      // of the file; outlive the call
  std::string_view file_name;  // only its ending is looked at
  Language language = Language::kChinese;
};

// What a check reads from; the connection and the vault's end belong to this thread.
struct RosterSources {
  store::Connection& db;
  vault::Reader& vault;
  CivilDate today;
};

// Takes what is found row by row, in order. Either may be left out.
struct RosterSink {
  std::function<Status(ImportError)> error;
  std::function<Status(ImportDuplicate)> duplicate;
};

// Written with a phone that a roster corrects. It goes into the record, so it is in one language.
inline constexpr std::string_view kPhoneReason = "导入名册";

enum class RowFate : std::uint8_t { add, change, leave_out, refuse };

struct RowPlan {
  std::uint32_t row = 0;
  RowFate fate = RowFate::refuse;
  std::vector<bus::PreparedCommand> commands;  // only when they are asked for
};

// Ids of version 8 (RFC 9562): the same file, community and row give the same ids, so a second run
// repeats commands that the journal knows. One file's ids stand close together in every key.
class RosterIds {
 public:
  enum class Kind : std::uint8_t {
    household = 1,
    person = 2,
    add_household = 3,
    add_person = 4,
    correct_person = 5,
    add_key_group = 32,  // + the number of the group
  };
  RosterIds(const crypto::Digest& file, const RegionCode& community);
  Uuid make(Kind kind, std::uint32_t row, std::uint8_t group = 0);

 private:
  crypto::Digest file_;
  std::string community_;
  crypto::Sha256 hash_;
};

class RosterCheck {
 public:
  // Loads the community. `with_commands`: plans carry the commands, occurred at `now`.
  struct Options {
    bool with_commands = false;
    UnixMs now = 0;
    sheet::DateSystem dates = sheet::DateSystem::from_1900;
  };
  static Result<std::unique_ptr<RosterCheck>> open(const RosterRequest& request,
                                                   const crypto::Digest& file,
                                                   const RosterSources& sources,
                                                   const RosterSink& sink, Options options);

  Result<RowPlan> check(std::uint32_t row, const Header& header,
                        std::span<const sheet::Cell> cells);

 private:
  RosterCheck(const RosterRequest& request, const crypto::Digest& file,
              const RosterSources& sources, const RosterSink& sink, Options options,
              Buildings buildings, Known known);

  Status report(const RosterRow& row, std::uint32_t number, const Header& header,
                std::span<const sheet::Cell> cells);
  // Why somebody who is there is taken for the person of the row.
  enum class Match : std::uint8_t { same_row, same_document, same_name };

  Result<RowPlan> plan_household(RosterRow& row, RowPlan plan, const KnownDoor* door);
  Result<RowPlan> plan_person(RosterRow& row, RowPlan plan, const KnownDoor* door);
  Result<RowPlan> plan_known_person(const RosterRow& row, RowPlan plan, const KnownPerson& there,
                                    Match match);
  std::size_t add_door(RosterRow& row, RowPlan& plan);
  void add_person(RosterRow& row, KnownPerson incoming, RowPlan& plan);
  void add_key_group(AddKeyGroup entry, PersonId person, RowPlan& plan);
  Result<std::optional<std::string>> elsewhere(const std::string& number) const;
  Result<RowPlan> left_out(RowPlan plan, const RosterRow& row, std::string kind,
                           std::string existing);
  template <class Command>
  void command(RowPlan& plan, Uuid id, Command body);

  std::string describe(const KnownPerson& person) const;
  std::string describe(const KnownDoor& door) const;
  std::string describe(const RosterRow& row) const;
  std::string door_of(const RosterRow& row) const;
  std::string say(std::string_view zh, std::string_view en) const;

  RosterRequest request_;
  RosterSources sources_;
  RosterSink sink_;
  Options options_;
  Buildings buildings_;
  Known known_;
  RowReader reader_;
  RosterIds ids_;
};

}  // namespace wangdi::residents
