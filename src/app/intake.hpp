// SPDX-License-Identifier: Apache-2.0
// What a batch of the outbox becomes, from its bytes to the answer, without HTTP: POST
// /api/v1/commands is this behind a session, and the simulation drives it by itself.
#pragma once

#include <functional>
#include <string_view>

#include "app/claims.hpp"
#include "base/error.hpp"
#include "common/bus/messages.hpp"
#include "common/bus/restored.hpp"
#include "common/bus/writer.hpp"
#include "common/crypto/box.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

struct IntakeParts {
  const bus::Registry& registry;
  bus::Writer& writer;
  const vault::Vault& vault;
  const bus::Restores& restores;
  const Clock& clock;
  ClaimWatch watch = {};
};

class Intake {
 public:
  explicit Intake(IntakeParts parts)
      : parts_(std::move(parts)), receipts_(parts_.vault), box_(parts_.vault.outbox_box()) {}

  // The point that phones seal to, base64url.
  std::string public_point() const { return crypto::base64url(box_.public_point()); }

  // The results of all commands, or the error of the whole batch: those of decoding
  // (malformed_request for an envelope), queue_full, shutting_down, and the server's own failure.
  using Done = std::function<void(Result<bus::CommandBatchResult>)>;
  // Each command is decoded on its own, so that a bad one is refused alone. `done` is called on the
  // writer thread after the commit; at once when nothing reached the writer.
  void take(access::Actor actor, std::string_view body, Language language, const Done& done);

 private:
  IntakeParts parts_;
  RecordReceipts receipts_;  // made where answers are given, one batch at a time
  crypto::BoxKey box_;
};

}  // namespace wangdi::app
