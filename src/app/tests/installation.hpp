// SPDX-License-Identifier: Apache-2.0
// A small real installation in a temporary folder for tests: data, keys, root and three records.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/folder.hpp"
#include "app/modules.hpp"
#include "app/schema.hpp"
#include "journal/journal.hpp"
#include "store/sqlite.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

inline constexpr UnixMs kInstalledAt = 1'582'012'800'000;  // 2020-02-18T08:00:00Z

class Installation {
 public:
  explicit Installation(const std::string& name)
      : base_(std::filesystem::temp_directory_path() /
              ("wangdi_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(base_);
    std::filesystem::create_directories(base_);
    config.data = (base_ / "data").string();
    config.keys = (base_ / "keys").string();
    config.root = (base_ / "root").string();
    config.anchor = (base_ / "anchor").string();
    config.web = base_.string();
    auto folder = Folder::create(config.data, config.keys, false);
    EXPECT_TRUE(folder);
    fill(folder->database());
    EXPECT_TRUE(folder->complete());
  }
  ~Installation() { std::filesystem::remove_all(base_); }

  std::string database() const { return config.data + "/wangdi.db"; }
  // Runs one statement on the database, as nobody but a test should.
  void tamper(const store::Statement& statement) const {
    const auto engine = store::open_sqlite({.path = database()});
    const auto writer = (*engine)->open_writer();
    EXPECT_TRUE(store::run(**writer, statement));
  }

  Config config;

 private:
  void fill(const std::string& database) {
    const vault::Paths paths{.keys = config.keys, .root = config.root};
    const auto engine = store::open_sqlite({.path = database});
    const auto writer = (*engine)->open_writer();
    auto& connection = **writer;
    const auto modules = Modules::make("", nullptr);
    EXPECT_TRUE(create_schema(connection, tables_of((*modules)->registry)));
    EXPECT_TRUE(vault::Vault::create(paths));
    const auto opened = vault::Vault::open(paths);
    EXPECT_TRUE((*opened)->open_writer(connection, kInstalledAt));
    journal::Journal record(connection, [](std::span<std::uint8_t> bytes) {
      for (auto& byte : bytes) byte = 7;
    });
    EXPECT_TRUE(connection.begin());
    for (std::uint8_t number = 1; number <= 3; ++number) {
      std::vector<journal::RecordRow> rows(1);
      rows[0].district = District{320508};
      rows[0].command.value.bytes[15] = number;
      rows[0].type = "test.happened";
      rows[0].recorded_at = kInstalledAt;
      rows[0].body = "{}";
      EXPECT_TRUE(record.append(rows));
    }
    EXPECT_TRUE(record.seal(kInstalledAt));
    EXPECT_TRUE(connection.commit());
    record.committed();
  }

  std::filesystem::path base_;
};

}  // namespace wangdi::app
