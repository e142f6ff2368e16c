// SPDX-License-Identifier: Apache-2.0
// A URL query becomes a document of strings, so that parameters and bodies share one decoding.
#include "base/hex.hpp"
#include "base/text.hpp"
#include "codec/document.hpp"

namespace wangdi::codec {
namespace {

// Appends what the part spells; false when a % is not followed by two hexadecimal digits.
bool append_decoded(std::string_view part, std::vector<char>& out) {
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == '+') {
      out.push_back(' ');
    } else if (part[at] != '%') {
      out.push_back(part[at]);
    } else {
      if (part.size() - at < 3) return false;
      const int high = hex_value(part[at + 1]);
      const int low = hex_value(part[at + 2]);
      if (high < 0 || low < 0) return false;
      out.push_back(static_cast<char>(high << 4 | low));
      at += 2;
    }
  }
  return true;
}

}  // namespace

Result<Document> Document::from_query(std::string_view query) {
  if (query.size() > limits::kQueryBytes) {
    return Error(ErrorCode::body_too_large).with("limit", std::to_string(limits::kQueryBytes));
  }
  Document document;
  document.unescaped_.reserve(query.size() + 1);
  document.nodes_.push_back({.kind = Kind::object});
  const auto take = [&](std::string_view part, std::string_view& text) {
    auto& bytes = document.unescaped_;
    const auto from = bytes.size();
    const bool whole = append_decoded(part, bytes);
    text = {bytes.data() + from, bytes.size() - from};
    return whole && text::is_valid_utf8(text);
  };
  for (const auto pair : text::split(query, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    Node node{.kind = Kind::string};
    bool readable = take(pair.substr(0, equals), node.key);
    if (equals != std::string_view::npos) {
      readable = take(pair.substr(equals + 1), node.text) && readable;
    }
    const auto index = static_cast<NodeIndex>(document.nodes_.size());
    node.next = index + 1;
    bool duplicate = false;
    for (NodeIndex at = 1; at < index; ++at) duplicate |= document.nodes_[at].key == node.key;
    document.nodes_.push_back(node);
    if (document.problems_.size() >= limits::kFieldErrors) break;
    if (!readable) {
      document.problems_.push_back({document.pointer(index), ErrorCode::field_text_invalid, {}});
    }
    if (duplicate) {
      document.problems_.push_back({document.pointer(index), ErrorCode::field_duplicate, {}});
    }
  }
  document.nodes_[0].next = static_cast<NodeIndex>(document.nodes_.size());
  return document;
}

}  // namespace wangdi::codec
