// SPDX-License-Identifier: Apache-2.0
// Forms to text and back, and their table.
#include "store/forms.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace wangdi::store {
namespace {

constexpr std::string_view kKept = "not rebuilt";
constexpr std::array<std::string_view, 4> kTypeNames = {"integer", "real", "text", "blob"};

std::string_view name_of(ColumnType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

Error unreadable(std::string_view table) {
  return Error(ErrorCode::storage_failed).because("the form of " + std::string(table));
}

Result<std::size_t> number_of(std::string_view table, std::string_view digits) {
  std::size_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return unreadable(table);
  return number;
}

class FormRows final : public RowSource {
 public:
  explicit FormRows(const Forms& forms) {
    for (const auto& [name, form] : forms) rows_.push_back({District{}, name, form});
  }
  std::size_t size() const override { return rows_.size(); }
  void bind(std::size_t row, Binder& to) const override {
    for_each_member(rows_[row], [&](const auto& member, std::size_t column) {
      ColumnTraits<std::decay_t<decltype(member)>>::bind(to, column, member);
    });
  }

 private:
  std::vector<FormRow> rows_;
};

// Whether all columns can be read; a district that nobody has gives no row.
Result<bool> can_be_read(Connection& connection, const TableInfo& table) {
  WD_TRY(const bool there, connection.has_table(table.name));
  if (!there) return false;
  const District nobody{-1};
  return connection.by_key(table, 1, bind_all(nobody), [](const RowReader&) { return true; })
      .has_value();
}

}  // namespace

std::string form_of(const TableInfo& table) {
  std::string text;
  for (const auto& column : table.columns) {
    text += "column " + std::string(column.name) + " " + std::string(name_of(column.type)) +
            (column.nullable ? " nullable\n" : "\n");
  }
  text += "key " + std::to_string(table.key_columns) + "\n";
  for (const auto& index : table.indexes) {
    text += (index.unique ? "unique " : "index ") + std::string(index.name) + " on " +
            std::string(index.columns) + "\n";
  }
  if (!table.rebuilt) text += std::string(kKept) + "\n";
  return text;
}

Forms forms_of(std::span<const TableInfo> tables) {
  Forms forms;
  for (const auto& table : tables) forms.emplace(table.name, form_of(table));
  return forms;
}

Result<std::unique_ptr<StoredTable>> StoredTable::parse(std::string_view name,
                                                        std::string_view form) {
  std::unique_ptr<StoredTable> table(new StoredTable(name, form));
  for (const auto line : text::split(table->form_, '\n')) {
    const auto words = text::split(line, ' ');
    if (words[0] == "column" && words.size() >= 3) {
      const auto type = std::ranges::find(kTypeNames, words[2]);
      if (type == kTypeNames.end()) return unreadable(name);
      table->columns_.push_back(
          {words[1], static_cast<ColumnType>(type - kTypeNames.begin()), words.size() > 3});
    } else if (words[0] == "key" && words.size() == 2) {
      WD_TRY(table->key_columns_, number_of(name, words[1]));
    } else if ((words[0] == "index" || words[0] == "unique") && words.size() >= 2) {
      table->indexes_.emplace_back(words[1]);
    } else if (line == kKept) {
      table->kept_ = true;
    } else if (!line.empty()) {
      return unreadable(name);
    }
  }
  if (table->key_columns_ == 0 || table->key_columns_ > table->columns_.size()) {
    return unreadable(name);
  }
  return table;
}

Result<Forms> stored_forms(Connection& connection) {
  Forms forms;
  WD_TRY(const bool kept, connection.has_table(kForm.name));
  if (!kept) return forms;
  WD_TRY([[maybe_unused]] auto read,
         connection.by_key(kForm.info(), 0, bind_all(), [&](const RowReader& raw) {
           auto row = read_row<FormRow>(raw);
           forms.emplace(std::move(row.table_name), std::move(row.form));
           return true;
         }));
  return forms;
}

Status keep_forms(Connection& connection, const Forms& forms) {
  WD_TRY([[maybe_unused]] auto emptied, connection.erase_all(kForm.info()));
  return connection.bulk(kForm.info(), BulkMode::kInsert, FormRows(forms));
}

Result<std::vector<std::string>> differing_tables(Connection& connection,
                                                  std::span<const TableInfo> tables) {
  std::vector<std::string> changed;
  WD_TRY(auto stored, stored_forms(connection));
  const bool kept = !stored.empty();
  for (const auto& table : tables) {
    bool same = false;
    if (kept) {
      const auto found = stored.find(table.name);
      same = found != stored.end() && found->second == form_of(table);
      if (found != stored.end()) stored.erase(found);
    } else {
      WD_TRY(same, can_be_read(connection, table));
    }
    if (!same) changed.emplace_back(table.name);
  }
  for (const auto& [name, form] : stored) changed.push_back(name);
  return changed;
}

std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t kNamedMost = 5;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kNamedMost; ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kNamedMost) text += " ..";
  return text;
}

}  // namespace wangdi::store
