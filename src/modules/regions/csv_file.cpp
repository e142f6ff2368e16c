// SPDX-License-Identifier: Apache-2.0
// The reading loop works on a block of unpacked bytes; zlib reads plain files as they are.
#include "modules/regions/csv_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"

namespace wangdi::regions {
namespace {

constexpr std::size_t kBlockBytes = 256 << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kEnd = -1;

}  // namespace

void CsvFile::Close::operator()(gzFile_s* file) const { gzclose_r(file); }

CsvFile::CsvFile(std::string name, gzFile_s* file)
    : name_(std::move(name)), file_(file), buffer_(kBlockBytes) {}

Result<CsvFile> CsvFile::open(const std::string& path, std::span<const std::string_view> columns) {
  auto name = std::filesystem::path(path).filename().string();
  const gzFile opened = gzopen(path.c_str(), "rb");
  if (opened == nullptr) {
    return Error(ErrorCode::tree_refused).with("where", std::move(name)).with("why", "missing");
  }
  CsvFile file(std::move(name), opened);
  gzbuffer(opened, kBlockBytes);
  WD_TRY(const bool header, file.read_row());
  if (!header) return file.refused("empty");
  WD_TRY([[maybe_unused]] auto found, file.find_columns(columns));
  return file;
}

Error CsvFile::refused(std::string_view why) const {
  return Error(ErrorCode::tree_refused)
      .with("where", name_ + ":" + std::to_string(row_line_))
      .with("why", std::string(why));
}

Status CsvFile::find_columns(std::span<const std::string_view> columns) {
  header_fields_ = fields_.size();
  for (const auto wanted : columns) {
    std::size_t found = fields_.size();
    for (std::size_t at = 0; at < fields_.size(); ++at) {
      auto name =
          std::string_view(row_).substr(fields_[at].first, fields_[at].second - fields_[at].first);
      if (at == 0 && name.starts_with(kByteOrderMark)) name.remove_prefix(kByteOrderMark.size());
      if (name != wanted) continue;
      if (found != fields_.size()) return refused("column_twice " + std::string(wanted));
      found = at;
    }
    if (found == fields_.size()) return refused("column_missing " + std::string(wanted));
    positions_.push_back(found);
  }
  return ok();
}

bool CsvFile::refill() {
  const int got = gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
  int state = Z_OK;
  if (got <= 0) gzerror(file_.get(), &state);
  damaged_ |= got < 0 || (state != Z_OK && state != Z_STREAM_END);
  total_ += got > 0 ? static_cast<std::size_t>(got) : 0;
  damaged_ |= total_ > kCsvFileBytesMax;
  at_ = 0;
  filled_ = got > 0 && !damaged_ ? static_cast<std::size_t>(got) : 0;
  return filled_ > 0;
}

int CsvFile::take() {
  if (at_ == filled_ && !refill()) return kEnd;
  const auto byte = static_cast<unsigned char>(buffer_[at_++]);
  line_ += byte == '\n';
  return byte;
}

// Appends to the field what comes before one of the stops; false when the field grew too long.
bool CsvFile::append_until(std::string_view stops) {
  while (at_ < filled_ || refill()) {
    const auto block = std::string_view(buffer_.data() + at_, filled_ - at_);
    std::size_t used = 0;
    while (used < block.size() && stops.find(block[used]) == std::string_view::npos) {
      line_ += block[used] == '\n';
      ++used;
    }
    if (row_.size() - fields_.back().first + used > kCsvFieldBytesMax) return false;
    row_.append(block.substr(0, used));
    at_ += used;
    if (used < block.size()) break;
  }
  return true;
}

// After the opening quote, to what ends the field.
Result<CsvFile::Stop> CsvFile::read_quoted() {
  for (;;) {
    if (!append_until("\"")) return refused("field_too_long");
    if (take() == kEnd) return refused(damaged_ ? "damaged" : "quote_open");
    int byte = take();
    if (byte == '"') {
      row_.push_back('"');
      continue;
    }
    if (byte == ',') return Stop::kField;
    if (byte == '\r') byte = take();
    if (byte == '\n') return Stop::kRow;
    if (byte == kEnd) return Stop::kEnd;
    return refused("quote_inside");
  }
}

Result<CsvFile::Stop> CsvFile::read_field() {
  fields_.emplace_back(row_.size(), row_.size());
  if ((at_ < filled_ || refill()) && buffer_[at_] == '"') {
    ++at_;
    return read_quoted();
  }
  for (;;) {
    if (!append_until(",\n\"\r")) return refused("field_too_long");
    const int byte = take();
    if (byte == ',') return Stop::kField;
    if (byte == '\n') return Stop::kRow;
    if (byte == kEnd) return Stop::kEnd;
    if (byte == '"') return refused("quote_inside");
  }
}

// The row is checked as a whole, for speed. Its fields stand there without the commas, so that two
// broken ends could make one character: each field has to begin with a first byte.
bool CsvFile::splits_a_character() const {
  return std::ranges::any_of(fields_, [&](const auto& field) {
    return field.first < field.second && (row_[field.first] & 0xC0) == 0x80;
  });
}

Result<bool> CsvFile::read_row() {
  row_.clear();
  fields_.clear();
  row_line_ = line_;
  for (;;) {
    WD_TRY(const auto stop, read_field());
    fields_.back().second = row_.size();
    if (stop == Stop::kField) {
      if (fields_.size() == kCsvFieldsMax) return refused("too_many_fields");
      continue;
    }
    if (stop == Stop::kEnd) {
      if (damaged_) return refused("damaged");
      if (fields_.size() == 1 && row_.empty()) return false;  // after the last line end
    }
    if (!text::is_valid_utf8(row_) || splits_a_character()) return refused("not_utf8");
    return true;
  }
}

Result<bool> CsvFile::next() {
  WD_TRY(const bool more, read_row());
  if (more && fields_.size() != header_fields_) return refused("field_count");
  return more;
}

}  // namespace wangdi::regions
