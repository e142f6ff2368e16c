// SPDX-License-Identifier: Apache-2.0
// The one place that includes Boost.JSON's parser: its events become the nodes of a Document. The
// events carry no positions, so the builder follows them with a cursor through the same text.
#include "codec/document.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>

#include "base/text.hpp"

namespace wangdi::codec {
namespace {

constexpr std::size_t kPairwiseKeys = 16;  // up to here comparing all pairs beats sorting

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

class DocumentBuilder {
 public:
  explicit DocumentBuilder(Document& document) : document_(document), json_(document.json_) {
    document_.nodes_.reserve(json_.size() / 12 + 8);
  }

  void key_part(std::string_view part) { collect(part); }
  void key(std::string_view part) {
    skip_to_value();
    key_ = take_text(part);
    has_key_ = true;
  }

  void string_part(std::string_view part) { collect(part); }
  bool string(std::string_view part) {
    if (!begin(Kind::string)) return false;
    const auto text = take_text(part);
    document_.nodes_.back().text = text;
    // Only an escape can spell NUL.
    if (text.find('\0') != std::string_view::npos) {
      problem(last_index(), ErrorCode::field_text_invalid);
    }
    finish_scalar();
    return true;
  }

  bool number(Kind kind, std::int64_t integer) {
    if (!begin(kind)) return false;
    while (cursor_ < json_.size() && is_number_character(json_[cursor_])) ++cursor_;
    auto& node = document_.nodes_.back();
    node.text = json_.substr(node.begin, cursor_ - node.begin);
    node.integer = integer;
    finish_scalar();
    return true;
  }

  bool literal(Kind kind, std::size_t length, bool truth) {
    if (!begin(kind)) return false;
    document_.nodes_.back().integer = truth;
    cursor_ += length;
    finish_scalar();
    return true;
  }

  bool open(Kind kind) {
    if (!begin(kind)) return false;
    ++cursor_;
    container_ = last_index();
    return true;
  }

  bool close(std::size_t count) {
    while (json_[cursor_] != '}' && json_[cursor_] != ']') ++cursor_;
    ++cursor_;
    const auto closed = container_;
    auto& node = document_.nodes_[closed];
    node.end = static_cast<std::uint32_t>(cursor_);
    node.next = static_cast<NodeIndex>(document_.nodes_.size());
    container_ = node.parent;
    if (node.kind == Kind::object && count > 1) check_duplicates(closed, count);
    return true;
  }

  // A number beyond a double. It is noted, so that a raw value cannot carry it on.
  void out_of_range() {
    auto& problems = document_.problems_;
    if (problems.size() < limits::kFieldErrors) {
      problems.push_back(
          {document_.pointer(last_index()), ErrorCode::field_out_of_range, number_bounds()});
    }
  }

  static std::vector<ErrorDetail> number_bounds() {
    return {{"least", "-1.7e308"}, {"most", "1.7e308"}};
  }

  // Where the text stopped making sense.
  std::size_t offset() const {
    auto at = cursor_;
    while (at < json_.size() && (is_blank(json_[at]) || json_[at] == ',' || json_[at] == ':')) ++at;
    return at;
  }

  // The value that was being read when parsing stopped.
  std::string place() const {
    if (document_.nodes_.empty()) return {};
    const auto& container = document_.nodes_[container_];
    if (container.kind == Kind::object) {
      return has_key_ ? document_.pointer(container_, key_) : document_.pointer(container_);
    }
    if (container.kind != Kind::array) return {};
    std::size_t count = 0;
    for (NodeIndex at = container_ + 1; at < document_.nodes_.size(); ++count) {
      at = document_.nodes_[at].next;
    }
    return document_.pointer(container_) + '/' + std::to_string(count);
  }

  bool too_many() const { return document_.nodes_.size() >= limits::kJsonValues; }

 private:
  static bool is_number_character(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }

  NodeIndex last_index() const { return static_cast<NodeIndex>(document_.nodes_.size() - 1); }

  void skip_to_value() {
    while (is_blank(json_[cursor_]) || json_[cursor_] == ',' || json_[cursor_] == ':') ++cursor_;
  }

  bool begin(Kind kind) {
    if (too_many()) return false;
    skip_to_value();
    Node node;
    node.kind = kind;
    node.parent = container_;
    node.begin = static_cast<std::uint32_t>(cursor_);
    if (has_key_) {
      node.key = key_;
      has_key_ = false;
    }
    document_.nodes_.push_back(node);
    return true;
  }

  void finish_scalar() {
    auto& node = document_.nodes_.back();
    node.end = static_cast<std::uint32_t>(cursor_);
    node.next = static_cast<NodeIndex>(document_.nodes_.size());
  }

  void collect(std::string_view part) {
    auto& unescaped = document_.unescaped_;
    if (unescaped.capacity() == 0) unescaped.reserve(json_.size());
    if (!escaped_) escaped_from_ = unescaped.size();
    escaped_ = true;
    unescaped.insert(unescaped.end(), part.begin(), part.end());
  }

  // The cursor stands on the opening quote and is moved behind the closing one. The last part of a
  // string is a view of the text itself only if no escape came before it or in it.
  std::string_view take_text(std::string_view part) {
    ++cursor_;
    if (!escaped_ && part.data() == json_.data() + cursor_) {
      cursor_ += part.size() + 1;
      return part;
    }
    collect(part);
    while (json_[cursor_] != '"') cursor_ += json_[cursor_] == '\\' ? 2 : 1;
    ++cursor_;
    escaped_ = false;
    const auto& unescaped = document_.unescaped_;
    return {unescaped.data() + escaped_from_, unescaped.size() - escaped_from_};
  }

  void problem(NodeIndex node, ErrorCode code) {
    auto& problems = document_.problems_;
    if (problems.size() < limits::kFieldErrors) {
      problems.push_back({document_.pointer(node), code, {}});
    }
  }

  void check_duplicates(NodeIndex object, std::size_t count) {
    const auto& nodes = document_.nodes_;
    if (count <= kPairwiseKeys) {
      std::array<std::string_view, kPairwiseKeys> keys;
      std::size_t seen = 0;
      for (NodeIndex at = object + 1; at < nodes[object].next; at = nodes[at].next) {
        const auto key = nodes[at].key;
        for (std::size_t i = 0; i < seen; ++i) {
          if (keys[i] == key) {
            problem(at, ErrorCode::field_duplicate);
            break;
          }
        }
        keys[seen++] = key;
      }
      return;
    }
    std::vector<NodeIndex> members;
    members.reserve(count);
    for (NodeIndex at = object + 1; at < nodes[object].next; at = nodes[at].next) {
      members.push_back(at);
    }
    std::ranges::stable_sort(members, {}, [&](NodeIndex at) { return nodes[at].key; });
    for (std::size_t i = 1; i < members.size(); ++i) {
      if (nodes[members[i]].key == nodes[members[i - 1]].key) {
        problem(members[i], ErrorCode::field_duplicate);
      }
    }
  }

  Document& document_;
  std::string_view json_;
  std::size_t cursor_ = 0;
  NodeIndex container_ = 0;
  std::string_view key_;
  bool has_key_ = false;
  bool escaped_ = false;
  std::size_t escaped_from_ = 0;
};

namespace {

using boost::json::error;
using boost::json::error_code;
using boost::json::string_view;

// The handler of basic_parser: turns Boost's events into calls of the builder.
struct Handler {
  static constexpr std::size_t max_array_size = limits::kJsonValues;
  static constexpr std::size_t max_object_size = limits::kJsonValues;
  static constexpr std::size_t max_string_size = limits::kJsonStringBytes;
  static constexpr std::size_t max_key_size = limits::kJsonKeyBytes;

  DocumentBuilder& builder;

  static bool went(bool done, error_code& ec) {
    if (!done) ec = error::array_too_large;
    return done;
  }
  static std::string_view view(string_view text) { return {text.data(), text.size()}; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& ec) { return went(builder.open(Kind::object), ec); }
  bool on_array_begin(error_code& ec) { return went(builder.open(Kind::array), ec); }
  bool on_object_end(std::size_t n, error_code&) { return builder.close(n); }
  bool on_array_end(std::size_t n, error_code&) { return builder.close(n); }
  bool on_key_part(string_view s, std::size_t, error_code&) {
    builder.key_part(view(s));
    return true;
  }
  bool on_key(string_view s, std::size_t, error_code&) {
    builder.key(view(s));
    return true;
  }
  bool on_string_part(string_view s, std::size_t, error_code&) {
    builder.string_part(view(s));
    return true;
  }
  bool on_string(string_view s, std::size_t, error_code& ec) {
    return went(builder.string(view(s)), ec);
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t value, string_view, error_code& ec) {
    const bool exact = value >= -kIntegerMost && value <= kIntegerMost;
    return went(builder.number(exact ? Kind::integer : Kind::number, exact ? value : 0), ec);
  }
  bool on_uint64(std::uint64_t, string_view, error_code& ec) {
    return went(builder.number(Kind::number, 0), ec);
  }
  bool on_double(double value, string_view, error_code& ec) {
    if (!went(builder.number(Kind::number, 0), ec)) return false;
    if (!std::isfinite(value)) builder.out_of_range();
    return true;
  }
  bool on_bool(bool value, error_code& ec) {
    return went(builder.literal(Kind::boolean, value ? 4 : 5, value), ec);
  }
  bool on_null(error_code& ec) { return went(builder.literal(Kind::null, 4, false), ec); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

Error malformed(std::size_t offset) {
  return Error(ErrorCode::malformed_json).with("offset", std::to_string(offset));
}

Error stopped_at(std::string pointer, ErrorCode code, std::vector<ErrorDetail> details = {}) {
  return Error(ErrorCode::invalid_fields)
      .with("count", "1")
      .at(std::move(pointer), code, std::move(details));
}

std::vector<ErrorDetail> limit_detail(std::size_t limit) {
  return {{"limit", std::to_string(limit)}};
}

Error explain(const error_code& ec, const DocumentBuilder& builder, std::string_view json) {
  switch (static_cast<error>(ec.value())) {
    case error::too_deep:
      return stopped_at(builder.place(), ErrorCode::field_too_deep,
                        limit_detail(limits::kJsonDepth));
    case error::string_too_large:
      return stopped_at(builder.place(), ErrorCode::field_too_long,
                        limit_detail(limits::kJsonStringBytes));
    case error::key_too_large:
      return stopped_at(builder.place(), ErrorCode::field_unknown);
    case error::array_too_large:
    case error::object_too_large:
      return stopped_at(builder.place(), ErrorCode::field_too_many,
                        limit_detail(limits::kJsonValues));
    case error::exponent_overflow:
      return stopped_at(builder.place(), ErrorCode::field_out_of_range,
                        DocumentBuilder::number_bounds());
    case error::illegal_leading_surrogate:
    case error::illegal_trailing_surrogate:
    case error::expected_utf16_escape:
      return stopped_at(builder.place(), ErrorCode::field_text_invalid);
    default:
      if (!text::is_valid_utf8(json)) {
        return stopped_at(builder.place(), ErrorCode::field_text_invalid);
      }
      return malformed(builder.offset());
  }
}

}  // namespace

Result<Document> Document::parse(std::string_view json, DecodeLimits limits) {
  if (json.size() > limits.bytes) {
    return Error(ErrorCode::body_too_large).with("limit", std::to_string(limits.bytes));
  }
  Document document;
  document.json_ = json;
  DocumentBuilder builder(document);
  boost::json::parse_options options;
  options.max_depth = limits::kJsonDepth;
  boost::json::basic_parser<Handler> parser(options, Handler{builder});
  error_code ec;
  const auto consumed = parser.write_some(false, json.data(), json.size(), ec);
  if (ec) return explain(ec, builder, json);
  if (consumed != json.size()) return malformed(consumed);
  return document;
}

}  // namespace wangdi::codec
