// SPDX-License-Identifier: Apache-2.0
// Reading an uploaded list: the columns of numbers and phones, everything else is left where it is.
#pragma once

#include <string_view>

#include "modules/matching/views.hpp"

namespace wangdi::matching {

struct ReadList {
  std::vector<ListRow> rows;
  Uploaded counts;
};
// Errors: those of sheet::Sheet, header_missing, column_duplicate, file_empty, field_too_many
// beyond `most` rows: then nothing is kept.
Result<ReadList> read_list(std::string_view file, std::string_view file_name, std::int64_t most);

}  // namespace wangdi::matching
