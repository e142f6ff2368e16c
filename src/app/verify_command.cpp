// SPDX-License-Identifier: Apache-2.0
// `wangdi verify`: walks the journal and names the position of what does not fit.
#include <ostream>

#include "app/commands.hpp"
#include "app/storage.hpp"
#include "journal/journal.hpp"

namespace wangdi::app {
namespace {

Result<journal::Verification> verify_folder(const Config& config) {
  WD_TRY(const auto folder, Folder::open(config.data));
  WD_TRY(const auto engine, open_engine(config, folder));
  WD_TRY(const auto connection, engine->open_reader());
  return journal::verify(*connection);
}

std::string_view meaning(std::string_view what, const Console& console) {
  if (what == "gap") return console.choose("缺了记录", "records are missing");
  if (what == "body") return console.choose("内容和指纹对不上", "the body does not fit its hash");
  if (what == "chain") return console.choose("链断了", "the chain is broken");
  return console.choose("没有封印", "no seal covers it");
}

}  // namespace

int run_verify(const Config& config, Console& console) {
  const auto verified = verify_folder(config);
  if (!verified) return fail(console, verified.error());
  for (const auto& finding : verified->findings) {
    console.out << finding.position.district.number << '/' << finding.position.sequence << ": "
                << meaning(finding.what, console) << '\n';
  }
  console.out << console.choose("记录 ", "records ") << verified->records
              << console.choose("，封印 ", ", seals ") << verified->seals
              << console.choose("，区县 ", ", districts ") << verified->districts
              << console.choose("，对不上的 ", ", findings ") << verified->findings.size() << '\n';
  return verified->findings.empty() ? kExitOk : kExitFindings;
}

}  // namespace wangdi::app
