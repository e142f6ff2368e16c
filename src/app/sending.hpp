// SPDX-License-Identifier: Apache-2.0
// How the tool's own commands go through the one door: prepared like a phone's, with fresh ids.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/runtime.hpp"
#include "common/crypto/crypto.hpp"

namespace wangdi::app {

// A command of the server's own making, as a phone's would come.
template <class Command>
bus::PreparedCommand prepared_command(CommandId id, const Command& command,
                                      const RegionCode& region, UnixMs occurred_at) {
  bus::PreparedCommand prepared;
  prepared.id = id;
  prepared.type = Command::kType;
  prepared.region = region;
  prepared.occurred_at = occurred_at;
  prepared.body = codec::encode(command);
  prepared.value = std::make_shared<const Command>(command);
  return prepared;
}

class Sending {
 public:
  explicit Sending(Runtime& runtime) : runtime_(runtime) {}

  Uuid id() {
    std::array<std::uint8_t, 10> bytes{};
    random_.fill(bytes);
    return make_uuid_v7(runtime_.clock().now(), bytes);
  }

  template <class Command>
  bus::PreparedCommand prepare(const Command& command, const RegionCode& region,
                               UnixMs occurred_at) {
    auto prepared = prepared_command(CommandId{id()}, command, region, occurred_at);
    prepared.skew_measured = true;
    return prepared;
  }

  // One command, now. The error of a refusal is the result's error.
  template <class Command>
  Result<bus::Outcome> send(const access::Actor& actor, const Command& command,
                            const RegionCode& region) {
    std::vector<bus::PreparedCommand> one;
    one.push_back(prepare(command, region, runtime_.clock().now()));
    WD_TRY(auto outcomes, send_all(actor, std::move(one)));
    return std::move(outcomes.front());
  }

  // In portions that the smallest queue has room for; the first refusal ends it and is the error.
  Result<std::vector<bus::Outcome>> send_all(const access::Actor& actor,
                                             std::vector<bus::PreparedCommand> commands);

 private:
  Runtime& runtime_;
  crypto::Random random_;
};

}  // namespace wangdi::app
