// SPDX-License-Identifier: Apache-2.0
// Loading and choosing of static files.
#include "http/static_files.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "common/crypto/crypto.hpp"
#include "http/characters.hpp"

namespace wangdi::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStaticFilesMax = 4'096;
constexpr std::size_t kStaticFileBytesMax = 32u << 20;
constexpr std::size_t kStaticTotalBytesMax = 256u << 20;
constexpr std::size_t kGzipBytesMin = 512;  // below, the gzip frame eats the gain
constexpr int kGzipWindow = 15 + 16;        // 16 asks zlib for the gzip frame
constexpr int kListItemsMax = 32;
constexpr std::size_t kEtagHashBytes = 16;

constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";
constexpr std::string_view kRevalidate = "no-cache";

struct MediaType {
  std::string_view extension;
  std::string_view name;
  bool packable;
};
constexpr std::array kMediaTypes = {
    MediaType{".html", "text/html; charset=utf-8", true},
    MediaType{".js", "text/javascript; charset=utf-8", true},
    MediaType{".mjs", "text/javascript; charset=utf-8", true},
    MediaType{".css", "text/css; charset=utf-8", true},
    MediaType{".json", "application/json", true},
    MediaType{".map", "application/json", true},
    MediaType{".webmanifest", "application/manifest+json", true},
    MediaType{".svg", "image/svg+xml", true},
    MediaType{".txt", "text/plain; charset=utf-8", true},
    MediaType{".md", "text/plain; charset=utf-8", true},
    MediaType{".xml", "application/xml", true},
    MediaType{".wasm", "application/wasm", true},
    MediaType{".ico", "image/x-icon", true},
    MediaType{".png", "image/png", false},
    MediaType{".jpg", "image/jpeg", false},
    MediaType{".jpeg", "image/jpeg", false},
    MediaType{".webp", "image/webp", false},
    MediaType{".avif", "image/avif", false},
    MediaType{".woff2", "font/woff2", false},
    MediaType{".mp3", "audio/mpeg", false},
    MediaType{".pdf", "application/pdf", false},
};
constexpr MediaType kUnknownMediaType{"", "application/octet-stream", false};

const MediaType& media_type_of(std::string_view path) {
  const auto found = std::ranges::find_if(
      kMediaTypes, [&](const MediaType& type) { return path.ends_with(type.extension); });
  return found == kMediaTypes.end() ? kUnknownMediaType : *found;
}

Error refused(std::string what) {
  return Error(ErrorCode::configuration_invalid).with("what", std::move(what));
}

std::string etag_of(std::string_view bytes, std::string_view suffix) {
  const auto hash = crypto::sha256({crypto::bytes_of(bytes)});
  std::string etag = "\"";
  etag.append(to_hex(std::span(hash).first(kEtagHashBytes))).append(suffix).push_back('"');
  return etag;
}

Result<std::string> read_file(const fs::path& path, std::size_t bytes) {
  std::ifstream in(path, std::ios::binary);
  std::string content(bytes, '\0');
  in.read(content.data(), static_cast<std::streamsize>(bytes));
  if (!in || in.peek() != std::ifstream::traits_type::eof()) {
    return refused("static_folder: " + path.filename().string());
  }
  return content;
}

using Contents = std::unordered_map<std::string, std::string>;

// Every ordinary file below the folder by its request path.
Result<Contents> read_folder(const fs::path& folder) {
  Contents contents;
  std::size_t total = 0;
  std::error_code failed;
  fs::recursive_directory_iterator entries(folder, failed);
  if (failed) return refused("static_folder: " + folder.string());
  for (; entries != fs::recursive_directory_iterator(); entries.increment(failed)) {
    const auto& entry = *entries;
    const auto name = entry.path().filename().string();
    const auto kind = entry.symlink_status(failed).type();
    if (failed) return refused("static_folder: " + name);
    if (name.starts_with('.')) {
      if (kind == fs::file_type::directory) entries.disable_recursion_pending();
      continue;
    }
    if (kind != fs::file_type::regular) continue;
    const auto bytes = entry.file_size(failed);
    total += bytes;
    if (failed || bytes > kStaticFileBytesMax || total > kStaticTotalBytesMax ||
        contents.size() >= kStaticFilesMax) {
      return refused("static_folder is too large: " + name);
    }
    WD_TRY(auto content, read_file(entry.path(), bytes));
    contents.emplace("/" + entry.path().lexically_relative(folder).generic_string(),
                     std::move(content));
  }
  if (failed) return refused("static_folder: " + folder.string());
  return contents;
}

// The gzip form to offer: the one that lies beside the file when it is true, else our own.
std::string gzip_form(const Contents& contents, const std::string& path, const std::string& bytes,
                      bool packable) {
  const auto beside = contents.find(path + ".gz");
  if (beside != contents.end()) {
    const auto unpacked = gzip_unpack(beside->second, bytes.size());
    if (unpacked && *unpacked == bytes) return beside->second;
  }
  if (!packable || bytes.size() < kGzipBytesMin) return {};
  auto packed = gzip_pack(bytes);
  return packed.size() < bytes.size() ? packed : std::string{};
}

bool is_gzip_of_another(const Contents& contents, std::string_view path) {
  constexpr std::string_view kSuffix = ".gz";
  return path.ends_with(kSuffix) &&
         contents.contains(std::string(path.substr(0, path.size() - kSuffix.size())));
}

// The weight of a list item's parameters: 1 without "q=", 0 when it cannot be read.
double weight_of(std::string_view parameters) {
  const auto at = parameters.find("q=");
  if (at == std::string_view::npos) return 1;
  double weight = 0;
  const auto number = parameters.substr(at + 2);
  std::from_chars(number.data(), number.data() + number.size(), weight);
  return weight;
}

}  // namespace

std::string gzip_pack(std::string_view bytes, GzipEffort effort) {
  z_stream stream{};
  const int level = effort == GzipEffort::best ? Z_BEST_COMPRESSION : Z_BEST_SPEED;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(result == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return packed;
}

std::optional<std::string> gzip_unpack(std::string_view packed, std::size_t bytes_max) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return std::nullopt;
  std::string bytes(bytes_max + 1, '\0');  // one more shows that there is too much
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int result = inflate(&stream, Z_FINISH);
  const bool whole = result == Z_STREAM_END && stream.total_out <= bytes_max;
  bytes.resize(whole ? stream.total_out : 0);
  inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return bytes;
}

Result<StaticFiles> StaticFiles::load(const std::string& folder) {
  WD_TRY(auto contents, read_folder(fs::path(folder)));
  StaticFiles files;
  for (const auto& [path, bytes] : contents) {
    if (is_gzip_of_another(contents, path)) continue;
    const auto& type = media_type_of(path);
    StaticFile file;
    file.path = path;
    file.content_type = type.name;
    file.cache_control = path.starts_with("/assets/") ? kImmutable : kRevalidate;
    file.gzip.bytes = gzip_form(contents, path, bytes, type.packable);
    file.gzip.etag = etag_of(bytes, "-gz");
    file.plain.etag = etag_of(bytes, "");
    file.plain.bytes = bytes;
    files.files_.emplace(path, std::move(file));
  }
  if (!files.files_.contains("/index.html")) return refused("static_folder: index.html");
  return files;
}

const StaticFile* StaticFiles::find(std::string_view path) const {
  const auto found = files_.find(path == "/" ? std::string_view("/index.html") : path);
  return found == files_.end() ? nullptr : &found->second;
}

void StaticFiles::stand_in(std::string_view path, std::string_view other) {
  const auto found = files_.find(other);
  if (found == files_.end()) {
    files_.erase(std::string(path));
    return;
  }
  auto file = found->second;
  file.path = path;
  files_.insert_or_assign(std::string(path), std::move(file));
}

const StaticFile* StaticFiles::fallback(const Request& request) const {
  if (request.method != Method::get && request.method != Method::head) return nullptr;
  if (request.path.starts_with("/api/") || request.path.starts_with("/assets/")) return nullptr;
  if (request.header("accept").find("text/html") == std::string_view::npos) return nullptr;
  return find("/index.html");
}

bool accepts_gzip(std::string_view accept_encoding) {
  int items = 0;
  for (const auto item : text::split(accept_encoding, ',')) {
    if (++items > kListItemsMax) break;
    const auto semicolon = item.find(';');
    if (!equals_ignoring_case(trim_blanks(item.substr(0, semicolon)), "gzip")) continue;
    return semicolon == std::string_view::npos || weight_of(item.substr(semicolon)) > 0;
  }
  return false;
}

bool etag_listed(std::string_view if_none_match, std::string_view etag) {
  int items = 0;
  for (const auto item : text::split(if_none_match, ',')) {
    if (++items > kListItemsMax) break;
    auto tag = trim_blanks(item);
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

StaticChoice choose_form(const StaticFile& file, const Request& request) {
  StaticChoice choice;
  choice.gzip = !file.gzip.bytes.empty() && accepts_gzip(request.header("accept-encoding"));
  choice.form = choice.gzip ? &file.gzip : &file.plain;
  choice.not_modified = etag_listed(request.header("if-none-match"), choice.form->etag);
  return choice;
}

}  // namespace wangdi::http
