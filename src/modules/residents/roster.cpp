// SPDX-License-Identifier: Apache-2.0
// Walks a sheet row by row; tries, lists and applies.
#include "modules/residents/roster.hpp"

#include "common/bus/registry.hpp"
#include "common/sheet/writer.hpp"
#include "modules/residents/roster_template.hpp"

namespace wangdi::residents {
namespace {

struct Tally {
  std::int64_t rows = 0, added = 0, changed = 0, left_out = 0, refused = 0;
  std::vector<std::string> ignored;
  sheet::DateSystem dates = sheet::DateSystem::from_1900;
};

Result<sheet::Sheet> open_sheet(const RosterRequest& request) {
  sheet::Limits limits;
  limits.rows = kRosterRows;
  return sheet::Sheet::open(
      {reinterpret_cast<const std::uint8_t*>(request.bytes.data()), request.bytes.size()},
      {.file_name = request.file_name, .limits = limits});
}

using EachRow =
    std::function<Status(std::uint32_t row, const Header&, std::span<const sheet::Cell>)>;

// Calls `each` for the rows below the header that have content and are not the template's example.
Status each_row(sheet::Sheet& sheet, Tally& tally, const EachRow& each) {
  std::optional<Header> header;
  std::uint32_t searched = 0;
  const auto no_header = [] {
    return Error(ErrorCode::header_missing)
        .with("limit", std::to_string(kHeaderRows))
        .with("column", std::string(column_text(Column::building).zh));
  };
  const auto take = [&](std::uint32_t row,
                        std::span<const sheet::Cell> cells) -> Result<sheet::Next> {
    if (!header) {
      if (++searched > kHeaderRows) return no_header();
      WD_TRY(header, Header::read(cells));
      return sheet::Next::more;
    }
    if (RowReader::is_blank(*header, cells) || is_template_example(*header, cells)) {
      return sheet::Next::more;
    }
    ++tally.rows;
    WD_TRY([[maybe_unused]] auto done, each(row, *header, cells));
    return sheet::Next::more;
  };
  tally.dates = sheet.date_system();
  WD_TRY([[maybe_unused]] auto counts, sheet.for_each_row(take));
  if (!header) return no_header();
  if (tally.rows == 0) return Error(ErrorCode::file_empty);
  tally.ignored = header->ignored();
  return ok();
}

// The first pass of everything: the whole file can be read, or nothing is made of it.
Result<Tally> count_rows(const RosterRequest& request) {
  WD_TRY(auto sheet, open_sheet(request));
  Tally tally;
  WD_TRY([[maybe_unused]] auto read,
         each_row(sheet, tally, [](auto, auto&, auto) { return ok(); }));
  return tally;
}

using EachPlan = std::function<Status(RowPlan)>;

Result<Tally> check_rows(const RosterRequest& request, const crypto::Digest& digest,
                         const RosterSources& sources, const RosterSink& sink,
                         RosterCheck::Options options, const EachPlan& each) {
  WD_TRY(auto sheet, open_sheet(request));
  options.dates = sheet.date_system();
  WD_TRY(auto check, RosterCheck::open(request, digest, sources, sink, options));
  Tally tally;
  const auto check_row = [&](std::uint32_t row, const Header& header,
                             std::span<const sheet::Cell> cells) -> Status {
    WD_TRY(auto plan, check->check(row, header, cells));
    switch (plan.fate) {
      case RowFate::add:
        ++tally.added;
        break;
      case RowFate::change:
        ++tally.changed;
        break;
      case RowFate::leave_out:
        ++tally.left_out;
        break;
      case RowFate::refuse:
        ++tally.refused;
        break;
    }
    return each ? each(std::move(plan)) : ok();
  };
  WD_TRY([[maybe_unused]] auto read, each_row(sheet, tally, check_row));
  return tally;
}

// Collects commands of several rows, sends them together, and counts what became of each row.
class Applier {
 public:
  Applier(const RosterRequest& request, const RosterApplying& applying, ImportState& state)
      : request_(request), applying_(applying), state_(state) {}

  Status take(RowPlan plan) {
    switch (plan.fate) {
      case RowFate::refuse:
        ++state_.refused;
        ++state_.done;
        return ok();
      case RowFate::leave_out:
        ++state_.duplicates;
        ++state_.done;
        return ok();
      case RowFate::add:
      case RowFate::change:
        break;
    }
    if (commands_.size() + plan.commands.size() > limits::kCommandsPerBatch) {
      WD_TRY([[maybe_unused]] auto sent, send());
    }
    rows_.push_back(plan.commands.size());
    for (auto& command : plan.commands) commands_.push_back(std::move(command));
    return ok();
  }

  Status send() {
    if (rows_.empty()) return ok();
    WD_TRY(const auto outcomes, send_patiently());
    WD_TRY([[maybe_unused]] auto counted, count(outcomes));
    rows_.clear();
    commands_.clear();
    if (applying_.progress && !applying_.progress(state_)) return Error(ErrorCode::shutting_down);
    return ok();
  }

 private:
  Result<std::vector<bus::Outcome>> send_patiently() {
    for (;;) {
      auto sent = applying_.commands.send(request_.actor, commands_);
      const bool full = !sent && sent.error().code() == ErrorCode::queue_full;
      if (!full || !applying_.wait || !applying_.wait()) return sent;
    }
  }

  // Nothing of a chunk is written when the storage fails, and no next one has better luck; rights
  // that were lost meanwhile end the import too.
  static bool ends_all(const bus::Outcome& outcome) {
    constexpr int kServerStatus = 500;
    if (outcome.status == bus::CommandStatus::held) return true;
    return outcome.error && error_entry(outcome.error->code()).http_status >= kServerStatus;
  }

  Status count(std::span<const bus::Outcome> outcomes) {
    std::optional<Error> ending;
    std::size_t at = 0;
    for (const auto size : rows_) {
      bool applied = false, refused = false;
      for (const auto& outcome : outcomes.subspan(at, size)) {
        applied |= outcome.status == bus::CommandStatus::applied;
        refused |= outcome.status != bus::CommandStatus::applied &&
                   outcome.status != bus::CommandStatus::duplicate;
        if (ends_all(outcome)) ending = outcome.error.value_or(Error(ErrorCode::not_found));
      }
      at += size;
      ++state_.done;
      ++(refused ? state_.refused : applied ? state_.applied : state_.duplicates);
    }
    if (ending) return std::move(*ending);
    return ok();
  }

  const RosterRequest& request_;
  const RosterApplying& applying_;
  ImportState& state_;
  std::vector<std::size_t> rows_;  // commands of each row
  std::vector<bus::PreparedCommand> commands_;
};

}  // namespace

crypto::Digest roster_digest(std::string_view bytes) {
  return crypto::sha256({crypto::bytes_of(bytes)});
}

Status check_community(const access::Actor& actor, const RegionCode& community,
                       access::Roles roles) {
  WD_TRY([[maybe_unused]] auto scope, bus::within(actor, roles, community));
  if (community.level() == RegionLevel::community) return ok();
  return Error(ErrorCode::invalid_fields)
      .with("count", "1")
      .at("/community", ErrorCode::region_code_invalid);
}

Result<ImportTrial> try_roster(const RosterRequest& request, const RosterSources& sources) {
  WD_TRY([[maybe_unused]] auto allowed, check_community(request.actor, request.community));
  ImportTrial trial;
  trial.digest = roster_digest(request.bytes);
  RosterSink sink;
  sink.error = [&](ImportError error) {
    if (trial.errors.size() < kRosterFindings) trial.errors.items.push_back(std::move(error));
    return ok();
  };
  sink.duplicate = [&](ImportDuplicate duplicate) {
    if (trial.duplicates.size() < kRosterFindings) {
      trial.duplicates.items.push_back(std::move(duplicate));
    }
    return ok();
  };
  WD_TRY(auto tally, check_rows(request, trial.digest, sources, sink, {}, nullptr));
  trial.rows = tally.rows;
  trial.importable = tally.added + tally.changed;
  trial.changed = tally.changed;
  trial.errors_total = tally.refused;
  trial.duplicates_total = tally.left_out;
  trial.columns_ignored.items = std::move(tally.ignored);
  return trial;
}

Result<std::string> roster_errors_file(const RosterRequest& request, const RosterSources& sources) {
  WD_TRY([[maybe_unused]] auto allowed, check_community(request.actor, request.community));
  const auto language = request.language;
  WD_TRY(auto writer, open_findings_writer(language));
  RosterSink sink;
  sink.error = [&](const ImportError& error) { return add_error(*writer, error); };
  sink.duplicate = [&](const ImportDuplicate& duplicate) {
    return add_duplicate(*writer, duplicate, language);
  };
  WD_TRY([[maybe_unused]] auto tally,
         check_rows(request, roster_digest(request.bytes), sources, sink, {}, nullptr));
  return writer->finish();
}

Result<ImportState> apply_roster(const RosterRequest& request, const RosterSources& sources,
                                 const RosterApplying& applying) {
  WD_TRY([[maybe_unused]] auto allowed, check_community(request.actor, request.community));
  const auto digest = roster_digest(request.bytes);
  if (digest != applying.digest) return Error(ErrorCode::import_changed);
  WD_TRY(const auto counted, count_rows(request));
  ImportState state;
  state.total = counted.rows;
  if (applying.progress && !applying.progress(state)) return Error(ErrorCode::shutting_down);
  Applier applier(request, applying, state);
  const RosterCheck::Options options{.with_commands = true, .now = applying.clock.now()};
  auto checked = check_rows(request, digest, sources, {}, options,
                            [&](RowPlan plan) { return applier.take(std::move(plan)); });
  Status sent = checked ? applier.send() : Status(std::move(checked).error());
  if (sent) {
    state.state = ImportPhase::done;
    return state;
  }
  const auto& entry = error_entry(sent.error().code());
  const auto language = static_cast<std::size_t>(request.language);
  state.state = ImportPhase::failed;
  state.why = fill_text(entry.title[language], sent.error().details());
  state.advice = fill_text(entry.advice[language], sent.error().details());
  return state;
}

}  // namespace wangdi::residents
