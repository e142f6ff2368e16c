// SPDX-License-Identifier: Apache-2.0
// Document: one parsed JSON text as a flat list of nodes in the order of the text. It is strict:
// besides what JSON forbids it refuses duplicate keys, lone surrogates, NUL, numbers beyond a
// double, and whatever passes a limit; it names each place by its JSON pointer (RFC 6901).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "codec/type_info.hpp"

namespace wangdi::codec {

enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };

// Views point into the parsed text or into the document; both must outlive the node.
struct Node {
  std::string_view key = {};   // of a member, unescaped; empty for elements and the root
  std::string_view text = {};  // of a string, unescaped; of a number, as written
  std::int64_t integer = 0;    // of an integer within 53 bits; 1 of true
  NodeIndex parent = 0;
  NodeIndex next = 0;  // the first node behind this one and all below it
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  // the value's own text is [begin, end)
  Kind kind = Kind::null;
};

// The largest integer that a JSON number keeps exactly everywhere: 2^53 - 1.
inline constexpr std::int64_t kIntegerMost = 9'007'199'254'740'991;

struct DecodeLimits {
  std::size_t bytes = limits::kJsonBodyBytes;
};

class Document {
 public:
  // The text must outlive the document. Errors: malformed_json, body_too_large, or invalid_fields
  // when parsing cannot go on (too deep, a string too long, too many values, unreadable text).
  // Duplicate keys and the like do not stop it: they wait in problems().
  static Result<Document> parse(std::string_view json, DecodeLimits limits);
  // The parameters of a URL query (without '?') as an object of strings.
  static Result<Document> from_query(std::string_view query);

  const Node& node(NodeIndex index) const { return nodes_[index]; }
  // The value as it was written.
  std::string_view raw(NodeIndex index) const {
    return json_.substr(nodes_[index].begin, nodes_[index].end - nodes_[index].begin);
  }
  std::string pointer(NodeIndex index) const;
  // The pointer of a member whether it is there or not.
  std::string pointer(NodeIndex object, std::string_view member) const;

  std::vector<FieldError>& problems() { return problems_; }

 private:
  friend class DocumentBuilder;
  std::string_view json_;
  std::vector<Node> nodes_;
  std::vector<FieldError> problems_;
  std::vector<char> unescaped_;  // what escapes spell; never grows beyond its first capacity
};

// "/" + the key with ~ and / escaped. A key that does not look like a member's name ([a-z0-9_], at
// most 40) could be anything a client sent, so it is not repeated: the result is empty then.
std::string pointer_step(std::string_view key);

}  // namespace wangdi::codec
