// SPDX-License-Identifier: Apache-2.0
// Sheets the import gives away: the template with one example, and the sheet of what was found.
#pragma once

#include <memory>

#include "common/sheet/writer.hpp"
#include "modules/residents/roster_columns.hpp"
#include "modules/residents/roster_messages.hpp"

namespace wangdi::residents {

inline constexpr std::string_view kXlsxType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

// Header, an example, and notes in a column of their own that the import does not read.
Result<std::string> roster_template(Language language);
// The example as the template has it: it is passed over when somebody leaves it in.
bool is_template_example(const Header& header, std::span<const sheet::Cell> cells);

// Columns of the roster as a table writer wants them, choices offered in the cells.
sheet::Column sheet_column(const ColumnText& text, Language language);

Result<std::unique_ptr<sheet::TableWriter>> open_findings_writer(Language language);
Status add_error(sheet::TableWriter& writer, const ImportError& error);
Status add_duplicate(sheet::TableWriter& writer, const ImportDuplicate& duplicate,
                     Language language);

}  // namespace wangdi::residents
