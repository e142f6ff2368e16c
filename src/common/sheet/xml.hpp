// SPDX-License-Identifier: Apache-2.0
// XML as events, from a part of an archive. Document types and with them all entities are refused;
// depth, token length and the number of different names are limited, because the parser keeps
// memory for each of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "common/sheet/archive.hpp"

namespace wangdi::sheet {

// Names without their namespace prefix.
class Attributes {
 public:
  explicit Attributes(const char** list) : list_(list) {}
  std::optional<std::string_view> find(std::string_view name) const;
  // The value as a number; none when it is absent or no number of that type.
  std::optional<std::uint32_t> number(std::string_view name) const;
  bool is_true(std::string_view name) const;  // "1" or "true"

 private:
  const char** list_;
};

class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void start(std::string_view name, const Attributes& attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view) {}

  // A handler that cannot go on calls one of these; it then hears nothing more.
  void fail(Error error) { error_ = std::move(error); }
  void stop() { stopped_ = true; }
  bool is_over() const { return stopped_ || error_.has_value(); }
  std::optional<Error>& error() { return error_; }

 private:
  std::optional<Error> error_;
  bool stopped_ = false;
};

// Reads a part to its end or until the handler stops. Errors: the handler's, file_damaged naming
// the part, file_forbidden_part for a document type.
Status read_xml(Archive& archive, const Part& part, XmlHandler& handler);

}  // namespace wangdi::sheet
