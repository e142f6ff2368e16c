// SPDX-License-Identifier: Apache-2.0
// Opening, moving, closing and resetting accounts. Credentials are no events: they change in the
// same batch, as the last act of a handler, and never for a command that was recorded before.
#include "modules/accounts/commands.hpp"

#include <algorithm>

#include "access/credentials.hpp"
#include "access/system_actor.hpp"
#include "common/bus/registry.hpp"
#include "common/parameters/parameters.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/accounts/names.hpp"
#include "modules/accounts/record_facts.hpp"
#include "modules/accounts/rights.hpp"
#include "modules/accounts/rules.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/regions/facts.hpp"
#include "vault/writer.hpp"

namespace wangdi::accounts {
namespace {

using access::Role;
using bus::CommandContext;
using bus::Decision;

// The line of offices looks after those below it. Of the administrators one opens an account, and
// another one lets somebody in: neither alone makes a reader of people's records (AZ6).
constexpr access::Roles kOpeners = {Role::community_officer, Role::county_officer,
                                    Role::system_administrator};
constexpr access::Roles kAdmitters = {Role::community_officer, Role::county_officer,
                                      Role::security_administrator};
constexpr access::Roles kClosers = {Role::community_officer, Role::county_officer,
                                    Role::system_administrator, Role::security_administrator};

bool is_keyboard(const access::Actor& actor) { return actor.account == access::kSystemAccount; }

// Whether the actor deals with accounts of the role. Errors: administrator_by_keyboard,
// role_not_yours_to_give.
Status check_gives(const access::Actor& actor, Role role) {
  if (is_keyboard(actor) || may_give(actor.role, role)) return ok();
  return Error(access::kAdministrators.contains(role) ? ErrorCode::administrator_by_keyboard
                                                      : ErrorCode::role_not_yours_to_give);
}

Result<StoredAccount> stored(AccountId account, CommandContext& context) {
  const auto* row = context.rows.find(kAccount, {context.region.district(), account});
  if (row == nullptr) return Error(ErrorCode::not_found);
  return *row;
}

Result<RegionCode> region_of(AccountId account, CommandContext& context) {
  WD_TRY(auto row, stored(account, context));
  return std::move(row.region);
}

// Who acts, with the rights of this moment: the session may be older than a move.
Result<access::Actor> giver(CommandContext& context) {
  const auto current = AccountRights().current(context.rows, context.actor);
  if (!current) return Error(ErrorCode::not_found);
  return *current;
}

// An account somebody else may change, and that is still open.
Result<StoredAccount> changeable(AccountId account, CommandContext& context) {
  WD_TRY(auto row, stored(account, context));
  if (account == context.actor.account) return Error(ErrorCode::own_account);
  WD_TRY(const auto actor, giver(context));
  WD_TRY([[maybe_unused]] auto gives, check_gives(actor, row.role));
  if (row.state == AccountState::closed) return Error(ErrorCode::account_closed);
  return row;
}

Status check_role(Role role, const RegionCode& region, CommandContext& context) {
  WD_TRY(const auto actor, giver(context));
  WD_TRY([[maybe_unused]] auto gives, check_gives(actor, role));
  if (!fits(role, region.level())) return Error(ErrorCode::role_region_mismatch);
  const auto facts = regions::region_facts(context.rows, region);
  const bool stands = region.text().empty() || (facts && facts->in_force);
  if (!stands) {
    return Error(ErrorCode::invalid_fields)
        .with("count", "1")
        .at("/region", ErrorCode::region_code_invalid);
  }
  return ok();
}

// Somebody has to be able to open accounts.
Status keeps_an_administrator(const StoredAccount& leaving, CommandContext& context) {
  if (leaving.role != Role::system_administrator) return ok();
  const auto accounts = context.rows.list(kAccount, leaving.district);
  const bool another = std::ranges::any_of(accounts, [&](const StoredAccount& row) {
    return row.account != leaving.account && row.state == AccountState::open &&
           row.role == Role::system_administrator;
  });
  return another ? ok() : Status(Error(ErrorCode::last_administrator));
}

// Neither a repeat nor a reused id may change credentials: the writer finds the first record only
// afterwards. It looks for it after a refusal too, so that a repeat still gets its first answer.
Status not_recorded_before(CommandContext& context) {
  WD_TRY(const bool recorded, is_recorded(context));
  return recorded ? Status(Error(ErrorCode::account_exists)) : ok();
}

class Handlers {
 public:
  explicit Handlers(ModuleParts parts) : parts_(parts) {}

  Result<Decision> open(const OpenAccount& command, CommandContext& context) {
    WD_TRY([[maybe_unused]] auto role, check_role(command.role, command.region, context));
    const auto name = parts_.macs->login(command.name.text());
    const bool id_taken = command.account == access::kSystemAccount ||
                          command.account == access::kResidentAccount ||
                          context.rows.find(kHome, {access::kNation, command.account}) != nullptr;
    if (id_taken || access::account_of_login(context.rows, name)) {
      return Error(ErrorCode::account_exists);
    }
    WD_TRY([[maybe_unused]] auto fresh, not_recorded_before(context));
    const auto home = command.region.district();
    const auto& subject = command.account.value;
    WD_TRY([[maybe_unused]] auto named,
           context.vault.put(home, subject, kDisplayName, command.display_name.text));
    WD_TRY([[maybe_unused]] auto known,
           context.vault.put(home, subject, kLoginName, command.name.text()));
    Decision decision;
    decision.events.push_back(
        bus::event(subject, command.region, AccountOpened{command.role, command.region}));
    access::NewCredential credential{name, command.account, home, {}};
    // Whom the system administrator wrote down enters once the security administrator says so.
    if (is_keyboard(context.actor) || context.actor.role != Role::system_administrator) {
      WD_TRY(auto given, make_secret(command.account, context));
      decision.once = std::move(given.answer);
      credential.first_secret = given.mac;
    }
    access::open_credential(context.rows, credential, context.now);
    return decision;
  }

  Result<Decision> move(const MoveAccount& command, CommandContext& context) {
    WD_TRY(const auto row, changeable(command.account, context));
    // A region that is not the mover's looks as if it were not there.
    WD_TRY(const auto actor, giver(context));
    if (!actor.region.contains(command.region)) return Error(ErrorCode::not_found);
    WD_TRY([[maybe_unused]] auto role, check_role(command.role, command.region, context));
    if (command.region.district() != row.district) return Error(ErrorCode::account_other_district);
    if (command.role != row.role) {
      WD_TRY([[maybe_unused]] auto kept, keeps_an_administrator(row, context));
    }
    WD_TRY([[maybe_unused]] auto fresh, not_recorded_before(context));
    Decision decision;
    decision.events.push_back(bus::event(command.account.value, command.region,
                                         AccountMoved{command.role, command.region}));
    access::end_rights(context.rows, command.account, command.role, context.now);
    parts_.ended->expect(row.district, command.account, row.sequence);
    return decision;
  }

  Result<Decision> close(const CloseAccount& command, CommandContext& context) {
    WD_TRY(const auto row, changeable(command.account, context));
    WD_TRY([[maybe_unused]] auto kept, keeps_an_administrator(row, context));
    WD_TRY([[maybe_unused]] auto fresh, not_recorded_before(context));
    // Free text can name somebody: into the vault, where it can be destroyed on its own.
    WD_TRY([[maybe_unused]] auto noted, context.vault.put(row.district, command.account.value,
                                                          vault::Field::note, command.reason.text));
    Decision decision;
    decision.events.push_back(bus::event(command.account.value, row.region, AccountClosed{}));
    access::close_credential(context.rows, command.account);
    parts_.ended->expect(row.district, command.account, row.sequence);
    return decision;
  }

  Result<Decision> reset(const ResetAccount& command, CommandContext& context) {
    WD_TRY(const auto row, changeable(command.account, context));
    WD_TRY([[maybe_unused]] auto fresh, not_recorded_before(context));
    WD_TRY(auto given, make_secret(command.account, context));
    Decision decision;
    decision.events.push_back(bus::event(command.account.value, row.region, AccountReset{}));
    decision.once = std::move(given.answer);
    access::reset_credential(context.rows, command.account, given.mac, context.now);
    parts_.ended->expect(row.district, command.account, row.sequence);
    return decision;
  }

 private:
  struct Given {
    access::Mac mac;
    std::string answer;
  };
  Result<Given> make_secret(AccountId account, CommandContext& context) {
    WD_TRY(const auto hours,
           context.parameters.integer("access.first_secret_hours", {}, context.today));
    auto secret = access::make_first_secret(random_);
    const auto mac = parts_.macs->first_secret(account, secret);
    const FirstSecret answer{std::move(secret), context.now + hours * 3'600'000};
    return Given{mac, codec::encode(answer)};
  }

  ModuleParts parts_;
  crypto::Random random_;
};

template <class Command>
bus::CommandRules<Command> rules_for(access::Roles roles, std::string zh, std::string en) {
  return {roles,
          [](const Command& command, CommandContext& context) {
            return region_of(command.account, context);
          },
          std::move(zh),
          std::move(en),
          nullptr,
          true};
}

}  // namespace

void register_commands(bus::Registry& registry, ModuleParts parts) {
  const auto handlers = std::make_shared<Handlers>(parts);
  registry.command<OpenAccount>(
      {kOpeners,
       [](const OpenAccount& command, CommandContext&) -> Result<RegionCode> {
         return command.region;
       },
       "开通账号", "Open an account", nullptr, true},
      [handlers](const OpenAccount& command, CommandContext& context) {
        return handlers->open(command, context);
      });
  registry.command<MoveAccount>(
      rules_for<MoveAccount>(kAdmitters, "调整岗位或辖区", "Move an account"),
      [handlers](const MoveAccount& command, CommandContext& context) {
        return handlers->move(command, context);
      });
  registry.command<CloseAccount>(rules_for<CloseAccount>(kClosers, "停用账号", "Close an account"),
                                 [handlers](const CloseAccount& command, CommandContext& context) {
                                   return handlers->close(command, context);
                                 });
  registry.command<ResetAccount>(
      rules_for<ResetAccount>(kAdmitters, "重设密码", "Reset a password"),
      [handlers](const ResetAccount& command, CommandContext& context) {
        return handlers->reset(command, context);
      });
}

}  // namespace wangdi::accounts
