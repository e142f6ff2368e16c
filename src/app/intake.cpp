// SPDX-License-Identifier: Apache-2.0
// Decoding of the outbox's commands, and results.
#include "app/intake.hpp"

#include <memory>

#include "codec/problem.hpp"

namespace wangdi::app {

using bus::CommandResult;
using bus::CommandStatus;

namespace {

CommandResult refused(CommandId id, const Error& error, Language language) {
  CommandResult result;
  result.id = id;
  result.status = CommandStatus::refused;
  result.problem = codec::RawJson{codec::encode(codec::problem_of(error, language))};
  return result;
}

// What a sealed body is bound to: it opens in no other command and for no other account.
std::string sealed_place(const bus::CommandEnvelope& envelope, AccountId account) {
  return envelope.id.value.text() + '\n' + envelope.type.text + '\n' + envelope.region.text() +
         '\n' + account.value.text();
}

// The body as it came, or out of its box; everything after is the same for both. Error:
// seal_not_opened.
Result<std::string> take_body(bus::CommandEnvelope& envelope, AccountId account,
                              const crypto::BoxKey& box) {
  if (envelope.body) return std::move(envelope.body->text);
  const auto sealed = crypto::from_base64url(*envelope.sealed);
  auto plain =
      sealed ? box.open(crypto::bytes_of(sealed_place(envelope, account)), *sealed) : std::nullopt;
  if (!plain) return Error(ErrorCode::seal_not_opened);
  auto content = codec::decode<bus::SealedContent>(crypto::text_of(*plain));
  crypto::wipe(*plain);
  if (!content) return Error(ErrorCode::seal_not_opened);
  return std::move(content->body.text);
}

Result<bus::PreparedCommand> prepare(bus::CommandEnvelope& envelope, AccountId account,
                                     const bus::Registry& registry, const crypto::BoxKey& box) {
  const auto* type = registry.find_command(envelope.type.text);
  if (type == nullptr) return Error(ErrorCode::command_unknown);
  bus::PreparedCommand command;
  WD_TRY(command.body, take_body(envelope, account, box));
  WD_TRY(command.value, type->decode(command.body));
  command.id = envelope.id;
  command.type = std::move(envelope.type.text);
  command.region = envelope.region;
  command.occurred_at = envelope.occurred_at;
  command.skew_ms = envelope.skew_ms.value_or(0);
  command.skew_measured = envelope.skew_ms.has_value();
  command.device_sequence = envelope.device_sequence;
  if (envelope.base_position) {
    command.base_position = journal::Position{District{envelope.base_position->district},
                                              envelope.base_position->sequence};
  }
  return command;
}

// What receipts are made with.
struct Proofs {
  RecordReceipts& receipts;
  KnownReceipts& known;
  std::int64_t restores;
};

CommandResult result_of(bus::Outcome& outcome, Language language, const Proofs& proofs) {
  CommandResult result;
  result.id = outcome.id;
  result.status = outcome.status;
  if (outcome.position) {
    const auto& [district, sequence] = *outcome.position;
    result.position = bus::PositionView{district.number, sequence};
    result.receipt = proofs.receipts.make({district, sequence, proofs.restores}, outcome.id);
    proofs.known.learn(*result.receipt);
  }
  if (outcome.answer) result.answer = codec::RawJson{std::move(*outcome.answer)};
  if (outcome.error) {
    result.problem = codec::RawJson{codec::encode(codec::problem_of(*outcome.error, language))};
  }
  result.conflict.items = std::move(outcome.conflicts);
  return result;
}

// An envelope that is wrong is the app's mistake, not a person's: 400, each place named. What a
// person filled in is in the bodies, which are judged one by one.
Error malformed(const Error& error) {
  if (error.code() != ErrorCode::invalid_fields) return error;
  Error envelope(ErrorCode::malformed_request);
  for (const auto& field : error.fields()) envelope.add_field(field);
  return envelope;
}

// Each command has its body, once.
Status check_bodies(const bus::CommandBatch& batch) {
  Error error(ErrorCode::malformed_request);
  for (std::size_t i = 0; i < batch.commands.size(); ++i) {
    const auto& envelope = batch.commands.items[i];
    if (envelope.body.has_value() != envelope.sealed.has_value()) continue;
    error.add_field({"/commands/" + std::to_string(i) + "/body",
                     envelope.body ? ErrorCode::field_duplicate : ErrorCode::field_missing,
                     {}});
  }
  if (error.fields().empty()) return ok();
  return error;
}

// The server could not take the submission at all: a refusal would look final to the phone.
const Error* server_failure(const std::vector<bus::Outcome>& outcomes) {
  if (outcomes.empty()) return nullptr;
  for (const auto& outcome : outcomes) {
    if (!outcome.error || error_entry(outcome.error->code()).http_status < 500) return nullptr;
  }
  return &*outcomes.front().error;
}

}  // namespace

void Intake::take(access::Actor actor, std::string_view body, Language language, const Done& done) {
  auto batch = codec::decode<bus::CommandBatch>(body);
  if (!batch) return done(malformed(batch.error()));
  if (auto bodies = check_bodies(*batch); !bodies) return done(std::move(bodies).error());

  auto results = std::make_shared<bus::CommandBatchResult>();
  std::vector<std::size_t> places;  // of the submitted commands among the results
  std::vector<bus::PreparedCommand> commands;
  results->results.items.resize(batch->commands.size());
  results->resend = judge_claims(*batch, parts_.vault, parts_.restores, parts_.watch);
  for (std::size_t i = 0; i < batch->commands.size(); ++i) {
    auto& envelope = batch->commands.items[i];
    auto command = prepare(envelope, actor.account, parts_.registry, box_);
    if (command) {
      places.push_back(i);
      commands.push_back(std::move(*command));
    } else {
      results->results.items[i] = refused(envelope.id, command.error(), language);
    }
  }
  if (commands.empty()) {
    results->server_time = parts_.clock.now();
    return done(std::move(*results));
  }
  actor.device = batch->device;
  auto queued = parts_.writer.submit(
      actor, std::move(commands),
      [this, language, results, places = std::move(places),
       done](std::vector<bus::Outcome> outcomes) {
        if (const auto* failure = server_failure(outcomes)) return done(*failure);
        const Proofs proofs{receipts_, *parts_.watch.known, parts_.restores.number()};
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
          results->results.items[places[i]] = result_of(outcomes[i], language, proofs);
        }
        results->server_time = parts_.clock.now();
        done(std::move(*results));
      });
  if (!queued) done(std::move(queued).error());
}

}  // namespace wangdi::app
