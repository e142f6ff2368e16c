// SPDX-License-Identifier: Apache-2.0
// Decoder: the state of one decoding. It collects every field error up to a limit instead of
// stopping at the first, so that a person corrects a form once.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/document.hpp"

namespace wangdi::codec {

enum class Source : std::uint8_t {
  json,   // values have their JSON types
  query,  // every value is text; numbers and booleans are read from it
};

class Decoder {
 public:
  Decoder(Document& document, Source source)
      : document_(document), source_(source), errors_(std::move(document.problems())) {}

  const Document& document() const { return document_; }
  const Node& node(NodeIndex index) const { return document_.node(index); }
  bool from_query() const { return source_ == Source::query; }
  // The error list is full; going on is useless.
  bool full() const { return errors_.size() >= limits::kFieldErrors; }

  void fail(NodeIndex node, ErrorCode code, std::vector<ErrorDetail> details = {});
  void fail_member(NodeIndex object, std::string_view member, ErrorCode code);
  // field_type, saying what this shape wants.
  void fail_type(NodeIndex node, Shape expected);
  // The error of a field type's own rule.
  void fail(NodeIndex node, const Error& error);

  // Nothing when the value has another type; the error is noted then. `rule` bounds the number.
  std::optional<bool> boolean(NodeIndex node);
  std::optional<std::int64_t> integer(NodeIndex node, std::int64_t least, std::int64_t most);
  std::optional<double> number(NodeIndex node);
  std::optional<std::string_view> string(NodeIndex node);
  // A number as it was written, for types that read decimals exactly.
  std::optional<std::string_view> number_text(NodeIndex node);
  // The value of the named choice.
  std::optional<std::int64_t> choice(NodeIndex node, std::span<const Choice> choices);
  // The number of elements, after checking the kind and the bound.
  std::optional<std::size_t> list(NodeIndex node, std::size_t most);

  // invalid_fields with all of them, or nothing when there are none.
  std::optional<Error> take_error();

 private:
  void note(FieldError error);  // the first error of a place is enough

  const Document& document_;
  Source source_;
  std::vector<FieldError> errors_;
};

}  // namespace wangdi::codec
