// SPDX-License-Identifier: Apache-2.0
// Beast's parser with our head behind it: Beast knows the grammar, RequestHead the rules, and no
// field map lies between. The only file that includes Beast; included by server.cpp alone.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/head.hpp"

namespace wangdi::http {

inline constexpr std::size_t kFirstBodyBytes = 64 << 10;  // memory given before bytes are there

using ReadBuffer = boost::beast::flat_buffer;
using ParseError = boost::beast::http::error;

// Hands Beast's fields to the strict head and the body to a bounded string.
class Parser final : public boost::beast::http::basic_parser<true> {
  using View = boost::beast::string_view;
  using Field = boost::beast::http::field;

 public:
  Parser(RequestHead& head, std::string& body) : head_(head), body_(body) {
    header_limit(limits::kHeaderBytes);
    body_limit(boost::none);  // the route's limit is kept below
  }
  void limit_body(std::size_t bytes) { bytes_max_ = bytes; }

 private:
  static std::string_view plain(View text) { return {text.data(), text.size()}; }
  void on_request_impl(boost::beast::http::verb, View method, View target, int version,
                       boost::system::error_code& ec) override {
    if (!head_.request_line(plain(method), plain(target), version)) ec = ParseError::bad_target;
  }
  void on_response_impl(int, View, int, boost::system::error_code& ec) override {
    ec = ParseError::bad_version;
  }
  void on_field_impl(Field, View name, View value, boost::system::error_code& ec) override {
    // After the header a field is a trailer: it could only smuggle.
    if (header_done_ || !head_.field(plain(name), plain(value))) ec = ParseError::bad_field;
  }
  void on_header_impl(boost::system::error_code& ec) override {
    header_done_ = true;
    if (!head_.finish()) ec = ParseError::bad_field;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         boost::system::error_code&) override {
    body_.reserve(std::min<std::uint64_t>(length.value_or(0), kFirstBodyBytes));
  }
  std::size_t on_body_impl(View bytes, boost::system::error_code& ec) override {
    return take(bytes, ec);
  }
  void on_chunk_header_impl(std::uint64_t, View extension, boost::system::error_code& ec) override {
    if (!extension.empty()) ec = ParseError::bad_chunk_extension;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, View bytes,
                                 boost::system::error_code& ec) override {
    return take(bytes, ec);
  }
  void on_finish_impl(boost::system::error_code&) override {}

  std::size_t take(View bytes, boost::system::error_code& ec) {
    if (bytes.size() > bytes_max_ - body_.size()) {
      ec = ParseError::body_limit;
      return 0;
    }
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  RequestHead& head_;
  std::string& body_;
  std::size_t bytes_max_ = 0;
  bool header_done_ = false;
};

}  // namespace wangdi::http
