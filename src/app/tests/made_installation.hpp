// SPDX-License-Identifier: Apache-2.0
// A real installation without a division tree, made by the program's own way in a temporary folder.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "app/runtime.hpp"
#include "app/system_clock.hpp"

namespace wangdi::app {

class InstallationTest : public ::testing::Test {
 protected:
  explicit InstallationTest(const std::string& name)
      : base_(std::filesystem::temp_directory_path() /
              ("wangdi_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(base_);
    std::filesystem::create_directories(base_);
    config_.data = path("data");
    config_.keys = path("keys");
    config_.root = path("root");
    config_.anchor = path("anchor");
  }
  ~InstallationTest() override { std::filesystem::remove_all(base_); }

  // Made, complete, and its writer runs.
  std::unique_ptr<Runtime> made() {
    auto made = Runtime::create(config_, clock_, false);
    EXPECT_TRUE(made) << made.error().cause();
    (*made)->start();
    EXPECT_TRUE((*made)->folder().complete());
    return std::move(*made);
  }
  std::string path(const std::string& name) const { return (base_ / name).string(); }

  std::filesystem::path base_;
  Config config_;
  SystemClock clock_;
};

}  // namespace wangdi::app
