// SPDX-License-Identifier: Apache-2.0
// Reading of parameter rows and the choice of the one in force.
#include "common/parameters/parameters.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "common/parameters/shipped.hpp"

namespace wangdi {
namespace {

constexpr std::string_view kHeader =
    "name,value,unit,scope,in_force_from,in_force_to,document,clause";
constexpr std::size_t kColumns = 8;
constexpr std::size_t kDigitsMost = 15;  // of a whole value

Error invalid(std::string_view file, std::size_t line, std::string_view what) {
  return Error(ErrorCode::configuration_invalid)
      .with("what", std::string(file) + ":" + std::to_string(line) + ": " + std::string(what));
}

// Value scaled by ten; nothing when it is no number or has more than one decimal.
std::optional<std::int64_t> scaled(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto dot = text.find('.');
  const auto whole = text.substr(0, dot);
  const auto part = dot == std::string_view::npos ? std::string_view("0") : text.substr(dot + 1);
  if (whole.starts_with('-') || whole.size() > kDigitsMost) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (error != std::errc() || end != whole.data() + whole.size()) return std::nullopt;
  if (part.size() != 1 || part[0] < '0' || part[0] > '9') return std::nullopt;
  value = value * 10 + (part[0] - '0');
  return negative ? -value : value;
}

Result<Parameter> read_row(std::string_view text, std::string_view file, std::size_t line) {
  const auto cells = text::split(text, ',');
  if (cells.size() != kColumns) return invalid(file, line, "8 columns, no commas in texts");
  Parameter row;
  row.name = cells[0];
  row.value = cells[1];
  row.unit = cells[2];
  row.document = cells[6];
  row.clause = cells[7];
  if (row.name.find('.') == std::string::npos) return invalid(file, line, "name: module.what");
  if (!scaled(row.value)) return invalid(file, line, "value: a number with at most one decimal");
  if (row.unit.empty() || row.document.empty()) return invalid(file, line, "unit and document");
  const auto scope = RegionCode::parse(cells[3]);
  if (!scope) return invalid(file, line, "scope: a region code or nothing");
  row.scope = *scope;
  const auto from = CivilDate::parse(cells[4]);
  const auto to = CivilDate::parse(cells[5].empty() ? "2150-12-31" : cells[5]);
  if (!from || !to || *to < *from) return invalid(file, line, "in_force_from and in_force_to");
  row.in_force_from = *from;
  row.in_force_to = *to;
  return row;
}

}  // namespace

Result<Parameters> Parameters::shipped() {
  Parameters parameters;
  for (const auto& [file, csv] : kShippedParameters) {
    WD_TRY([[maybe_unused]] auto added, parameters.add_csv(csv, file));
  }
  return parameters;
}

Status Parameters::add_csv(std::string_view csv, std::string_view file) {
  std::size_t number = 0;
  for (const auto part : text::split(csv, '\n')) {
    ++number;
    const auto line = text::trim(part);
    if (number == 1) {
      if (line != kHeader) return invalid(file, number, "header: " + std::string(kHeader));
      continue;
    }
    if (line.empty()) continue;
    WD_TRY(auto row, read_row(line, file, number));
    const bool twice = std::ranges::any_of(rows_, [&](const Parameter& known) {
      return known.name == row.name && known.scope == row.scope &&
             known.in_force_from <= row.in_force_to && row.in_force_from <= known.in_force_to;
    });
    if (twice) return invalid(file, number, row.name + " is in force twice");
    rows_.push_back(std::move(row));
  }
  return ok();
}

Result<const Parameter*> Parameters::find(std::string_view name, const RegionCode& region,
                                          CivilDate day) const {
  const Parameter* best = nullptr;
  for (const auto& row : rows_) {
    if (row.name != name || !row.scope.contains(region)) continue;
    if (day < row.in_force_from || day > row.in_force_to) continue;
    if (best == nullptr || row.scope.text().size() > best->scope.text().size()) best = &row;
  }
  if (best == nullptr) {
    return Error(ErrorCode::configuration_invalid)
        .with("what", "parameter " + std::string(name) + " is not in force on " + day.text());
  }
  return best;
}

Result<std::int64_t> Parameters::tenths(std::string_view name, const RegionCode& region,
                                        CivilDate day) const {
  WD_TRY(const auto* row, find(name, region, day));
  return *scaled(row->value);
}

Result<std::int64_t> Parameters::integer(std::string_view name, const RegionCode& region,
                                         CivilDate day) const {
  WD_TRY(const auto value, tenths(name, region, day));
  return value / 10;
}

}  // namespace wangdi
