// SPDX-License-Identifier: Apache-2.0
// The rights of accounts as stored: what the writer asks for each command, and the log-in for each
// session.
#pragma once

#include <optional>

#include "access/gatekeeper.hpp"
#include "common/bus/writer.hpp"
#include "modules/accounts/messages.hpp"

namespace wangdi {
class Parameters;
}

namespace wangdi::accounts {

class AccountRights final : public bus::Rights {
 public:
  // access::system_actor() keeps its role: no session is ever made for it.
  std::optional<access::Actor> current(store::Rows& rows, const access::Actor& actor) override;
  bool had(store::Rows& rows, const access::Actor& actor, access::Roles roles,
           const RegionCode& region, UnixMs at) override;
  void foresee(store::Rows& rows, const access::Actor& actor) override;
};

// For GatekeeperParts: the account as the batch sees it; nothing when closed.
std::optional<access::Actor> actor_of(store::Rows& rows, District home, AccountId account);
// For HashingThread: login name and display name.
Result<std::vector<std::string>> own_names(vault::Reader& vault, District home, AccountId account);
// Which rules hold for passwords and idle sessions: length and lists, or what an assessment after
// MLPS level 3 asks for beside them: kinds of characters, a change from time to time, less idling.
enum class Profile : std::uint8_t { standard, mlps3 };

// For GatekeeperParts, from parameters/access.csv. Error: configuration_invalid.
Result<access::GatekeeperRules> gatekeeper_rules(const Parameters& parameters, CivilDate today,
                                                 bool demo, Profile profile = Profile::standard);

// What phones are told, all but the server's key. Error: configuration_invalid.
Result<PhoneView> phone_rules(const Parameters& parameters, CivilDate today);

}  // namespace wangdi::accounts
