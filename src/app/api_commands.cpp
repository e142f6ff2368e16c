// SPDX-License-Identifier: Apache-2.0
// POST /api/v1/commands: the phone's outbox. Intake knows what becomes of it.
#include "app/api.hpp"
#include "app/api_support.hpp"

namespace wangdi::app {

void Api::take_commands(const http::Request& request, const http::ResponderPtr& to) {
  auto visitor = this->visitor(request, Needs::person_or_program);
  if (!visitor) return fail(visitor.error(), request, *to);
  if (auto json = expect_json(request); !json) return fail(json.error(), request, *to);
  const Caller caller(request);
  intake_->take(visitor->session.actor, request.body, caller.language,
                [this, to, caller](Result<bus::CommandBatchResult> results) {
                  if (results) return to->send(json_answer(*results));
                  parts_.log.error("commands_failed", results.error(), caller.request_id);
                  to->send(http::problem(results.error(), caller.language, caller.request_id));
                });
}

}  // namespace wangdi::app
