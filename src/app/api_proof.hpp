// SPDX-License-Identifier: Apache-2.0
// Reading what a request shows of its sender: a password, a code, a phone's key.
#pragma once

#include <utility>

#include "app/api.hpp"
#include "app/api_support.hpp"

namespace wangdi::app {

// The session and the body of a request that shows something about its sender.
template <class Form>
Result<std::pair<access::Gatekeeper::Proof, Form>> Api::read_proof(http::Request& request) const {
  WD_TRY(auto visitor, this->visitor(request, Needs::session));
  WD_TRY([[maybe_unused]] auto json, expect_json(request));
  auto form = codec::decode<Form>(request.body);
  request.body.clear();
  if (!form) return form.error();
  return std::pair(access::Gatekeeper::Proof{visitor.token, {}, {}}, std::move(*form));
}

}  // namespace wangdi::app
