// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error, the return type of everything that can fail. It mirrors the part
// of std::expected that Wangdi uses, because libstdc++ 12 hides <expected> below C++23.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.hpp"

namespace wangdi {

struct Done {};  // the value of an operation that only succeeds or fails

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Reading the side that is not there is a programmer error and throws bad_variant_access.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Done>;
inline Status ok() { return Done{}; }

namespace detail {
[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(
      stderr, "{\"level\":\"fatal\",\"event\":\"assertion\",\"where\":\"%s:%d\",\"text\":\"%s\"}\n",
      file, line, condition);
  std::abort();
}
}  // namespace detail

}  // namespace wangdi

#define WD_CONCAT_INNER(a, b) a##b
#define WD_CONCAT(a, b) WD_CONCAT_INNER(a, b)

// WD_TRY(auto row, load(id));  binds the value, or returns the error to the caller.
// For a Status: WD_TRY([[maybe_unused]] auto done, write(row));
#define WD_TRY_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                         \
  if (!temporary) return std::move(temporary).error();   \
  declaration = std::move(temporary).value()
#define WD_TRY(declaration, expression) \
  WD_TRY_INNER(WD_CONCAT(wd_try_, __COUNTER__), declaration, expression)

// Stays on in release builds and aborts: for programmer errors only, never for user input.
#define WD_ASSERT(condition)          \
  ((condition) ? static_cast<void>(0) \
               : ::wangdi::detail::assertion_failed(#condition, __FILE__, __LINE__))
