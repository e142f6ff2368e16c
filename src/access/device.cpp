// SPDX-License-Identifier: Apache-2.0
// Enrolling a phone's own key, bringing another phone in, and the list of enrolled phones.
#include <algorithm>

#include "access/gatekeeper_impl.hpp"
#include "common/crypto/box.hpp"
#include "common/crypto/sign.hpp"

namespace wangdi::access {
namespace {

// A second factor was shown in the session, of whatever kind.
bool is_shown(const SessionRow& session, bool has_codes) {
  return session.factor_shown || session.device_key || has_codes;
}

}  // namespace

// ---- enrolling ----

void Gatekeeper::Impl::enrol_device(DeviceEnrolment enrolment,
                                    std::function<void(Result<EnrolledDevice>)> done) {
  auto point = crypto::from_base64url(enrolment.public_key);
  auto signature = crypto::from_base64url(enrolment.signature);
  if (!point || !signature) return done(Error(ErrorCode::device_signature_wrong));
  auto showing = std::make_shared<Showing>();
  showing->given.token = std::move(enrolment.token);
  showing->device.key = DeviceKeyId::of(*point);
  showing->point = std::move(*point);
  showing->signature = std::move(*signature);
  showing->done = [this, own = showing.get(), done = std::move(done)](Status status) {
    if (status && !sessions_.has(own->session.session)) {
      status = Error(ErrorCode::login_required);  // closed, moved or reset in the same batch
    }
    if (!status) {
      if (own->is_new) devices_.erase(own->device.key);
      return done(std::move(status).error());
    }
    for (const auto& row : own->ended) {
      if (sessions_.take(row.session)) tell_ended(row);
    }
    sessions_.bind_device(own->session.session, own->device.key);
    if (own->is_new) ++counters_.devices_enrolled;
    done(EnrolledDevice(own->device));
  };
  show(showing, &Impl::check_device, &Impl::enrol_device_job);
}

Status Gatekeeper::Impl::check_device(HashingBench& bench, Showing& showing) {
  const auto account = showing.session.account;
  if (showing.session.role != Role::grid_worker) return Error(ErrorCode::device_not_allowed);
  const auto text = enrolment_text(account, showing.device.key);
  if (!crypto::is_signed_by_point(showing.point, crypto::bytes_of(text), showing.signature)) {
    return Error(ErrorCode::device_signature_wrong);
  }
  WD_TRY(const auto credential,
         store::get(*bench.parts.connection, kCredential, {kNation, account}));
  if (!credential) return Error(ErrorCode::login_required);
  WD_TRY(const auto names, bench.parts.own_names(credential->home, account));
  if (names.empty()) return Error(ErrorCode::login_required);
  showing.name = bench.macs.login(names.front());
  return ok();
}

Status Gatekeeper::Impl::enrol_device_job(store::Rows& rows, Showing& showing) {
  const auto account = showing.session.account;
  showing.is_new = false;
  auto session = *rows.find(kSession, {kNation, account, showing.session.session});
  const auto keys = rows.list(kDeviceKey, kNation, account);
  const bool is_first = keys.empty() && !has_codes(rows, account);
  if (!is_first && !is_shown(session, showing.has_codes)) {
    return Error(ErrorCode::device_not_allowed);
  }
  const auto same = std::ranges::find(keys, showing.device.key, &DeviceKeyRow::key);
  const bool is_new = same == keys.end();
  if (is_new && keys.size() >= parts_.rules.device_keys_most) {
    return Error(ErrorCode::device_keys_many)
        .with("limit", std::to_string(parts_.rules.device_keys_most));
  }
  // An id leads to one account only. Two have one key when somebody means it.
  const auto known = devices_.find(showing.device.key);
  if (known && known->account != account) return Error(ErrorCode::device_signature_wrong);

  const auto now = parts_.clock.now();
  DeviceKeyRow row;
  if (!is_new) row = *same;
  row.account = account;
  row.key = showing.device.key;
  row.name = showing.name;
  row.public_point = showing.point;
  if (is_new) row.since = now;
  note_entry(row, now);
  showing.device.entered_at = row.entered_at;
  rows.put(kDeviceKey, row);
  devices_.put(std::move(row));
  showing.is_new = is_new;
  session.device_key = showing.device.key;
  session.factor_shown = true;
  rows.put(kSession, std::move(session));
  showing.ended.clear();
  if (is_first) showing.ended = erase_other_sessions(rows, showing.session);
  return ok();
}

// ---- another phone ----

void Gatekeeper::Impl::make_device_code(Proof proof, std::function<void(Result<DeviceCode>)> done) {
  auto showing = std::make_shared<Showing>();
  showing->given = std::move(proof);
  showing->done = [this, own = showing.get(), done = std::move(done)](Status status) {
    if (!status) return done(std::move(status).error());
    sessions_.prove(own->session.session, session_now(), false);
    done(DeviceCode(own->device_code));
  };
  show(showing, &Impl::check_device_code, &Impl::device_code_job);
}

Status Gatekeeper::Impl::check_device_code(HashingBench& bench, Showing& showing) {
  WD_TRY([[maybe_unused]] auto right, right_password(bench, showing));
  showing.device_code.code = access::make_device_code(bench.random);
  showing.device_code_mac =
      bench.macs.device_code(showing.session.account, showing.device_code.code);
  return ok();
}

Status Gatekeeper::Impl::device_code_job(store::Rows& rows, Showing& showing) {
  const auto account = showing.session.account;
  const auto session = *rows.find(kSession, {kNation, account, showing.session.session});
  if (rows.list(kDeviceKey, kNation, account).empty() || !is_shown(session, showing.has_codes)) {
    return Error(ErrorCode::device_not_allowed);
  }
  showing.device_code.ends_at = parts_.clock.now() + parts_.rules.device_code_ms;
  rows.put(kDeviceCode, {kNation, account, showing.device_code_mac, showing.device_code.ends_at});
  return ok();
}

// ---- the list ----

Result<Gatekeeper::DeviceList> Gatekeeper::Impl::devices(std::string_view token) {
  const auto use = sessions_.use(key_of_token(token), session_now());
  if (!use) return Error(ErrorCode::login_required);
  DeviceList all;
  all.most = parts_.rules.device_keys_most;
  for (const auto& row : devices_.of(use->row.account)) {
    const auto seen = sessions_.device_seen(row.account, row.key);
    all.devices.push_back(
        {row.key, row.since, std::max(row.entered_at, seen), use->row.device_key == row.key});
  }
  return all;
}

void Gatekeeper::Impl::end_device(std::string_view token, const DeviceKeyId& key, Done done) {
  const auto use = sessions_.use(key_of_token(token), session_now());
  if (!use) return done(Error(ErrorCode::login_required));
  const auto ended = std::make_shared<std::vector<SessionRow>>();
  const auto told = std::make_shared<const Done>(std::move(done));
  auto sent =
      parts_.submit_job([this, asks = use->row, key, ended](
                            store::Rows& rows) { return end_device_job(rows, asks, key, *ended); },
                        [this, key, ended, told](Status status) {
                          if (status) {
                            devices_.erase(key);
                            ++counters_.devices_ended;
                            for (const auto& row : *ended) {
                              if (sessions_.take(row.session)) tell_ended(row);
                            }
                          }
                          (*told)(std::move(status));
                        });
  if (!sent) (*told)(std::move(sent));
}

Status Gatekeeper::Impl::end_device_job(store::Rows& rows, const SessionRow& asks,
                                        const DeviceKeyId& key, std::vector<SessionRow>& ended) {
  const auto account = asks.account;
  if (rows.find(kSession, {kNation, account, asks.session}) == nullptr) {
    return Error(ErrorCode::login_required);
  }
  if (rows.find(kDeviceKey, {kNation, account, key}) == nullptr) {
    return Error(ErrorCode::not_found);
  }
  const bool is_last = rows.list(kDeviceKey, kNation, account).size() == 1;
  if (is_last && !has_codes(rows, account) && parts_.rules.of(asks.role).needs_factor) {
    return Error(ErrorCode::device_last);
  }
  rows.erase(kDeviceKey, {kNation, account, key});
  // Perhaps it was made on the phone that goes.
  erase_device_code(rows, account);
  ended.clear();
  for (auto& row : rows.list(kSession, kNation, account)) {
    if (row.device_key != key) continue;
    rows.erase(kSession, {kNation, account, row.session});
    ended.push_back(std::move(row));
  }
  return ok();
}

// ---- a phone that comes back ----

Result<DeviceKeep> Gatekeeper::Impl::device_state(const DeviceKeyId& key, UnixMs entered_at,
                                                  std::string_view client_address) {
  const auto from = throttle_key("device_state", crypto::bytes_of(client_address), {});
  const auto keep = devices_.keep_of(key, entered_at);
  const std::lock_guard lock(front_mutex_);
  const auto now = parts_.clock.monotonic_ms();
  if (const auto wait = by_address_.wait(from, now); wait > 0) {
    return Error(ErrorCode::too_many_requests)
        .with("seconds", std::to_string((wait + 999) / 1'000));
  }
  // Only what might be a guess counts.
  if (keep == DeviceKeep::nothing) by_address_.count(from, now);
  return keep;
}

}  // namespace wangdi::access
