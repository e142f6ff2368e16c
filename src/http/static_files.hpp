// SPDX-License-Identifier: Apache-2.0
// The built web app, read into memory once: a request looks its path up in a map, so no request can
// reach another file. Each file has a strong ETag and, where it pays, a gzip form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "http/http.hpp"

namespace wangdi::http {

struct StaticForm {
  std::string etag;  // quoted
  std::string bytes;
};

struct StaticFile {
  std::string path;  // as requested: "/assets/app-1a2b.js"
  std::string_view content_type;
  std::string_view cache_control;
  StaticForm plain;
  StaticForm gzip;  // empty bytes: there is none
};

class StaticFiles {
 public:
  // Reads a folder with all below it. A `name.gz` beside `name` is taken as its gzip form when it
  // unpacks to the same bytes; else text is packed here. Hidden files, links and what is neither
  // file nor folder are passed over. Errors: configuration_invalid naming the folder or its limit.
  static Result<StaticFiles> load(const std::string& folder);

  // The file of a path, "/" being index.html; null when there is none.
  const StaticFile* find(std::string_view path) const;
  // index.html for a page address of the single-page app: any path outside /api/ and /assets/ that
  // a browser asks for as a page. Null otherwise.
  const StaticFile* fallback(const Request& request) const;
  // From now on `path` is answered with what `other` holds; without such a file it is not there.
  void stand_in(std::string_view path, std::string_view other);
  std::size_t size() const { return files_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, StaticFile, TextHash, std::equal_to<>> files_;
};

// What a request gets of a file. `not_modified` sends the headers without the bytes.
struct StaticChoice {
  const StaticForm* form = nullptr;
  bool gzip = false;
  bool not_modified = false;
};
StaticChoice choose_form(const StaticFile& file, const Request& request);

// True when the Accept-Encoding list takes gzip (absent: no; q=0: no).
bool accepts_gzip(std::string_view accept_encoding);
// RFC 9110 13.1.2, by weak comparison.
bool etag_listed(std::string_view if_none_match, std::string_view etag);

// Files are packed once and as small as can be; an answer is packed each time, so quickly.
enum class GzipEffort : std::uint8_t { quick, best };
std::string gzip_pack(std::string_view bytes, GzipEffort effort = GzipEffort::best);
// Empty optional when broken or larger than `bytes_max`.
std::optional<std::string> gzip_unpack(std::string_view packed, std::size_t bytes_max);

}  // namespace wangdi::http
