// SPDX-License-Identifier: Apache-2.0
// Where the data that ship with the program lie: beside the build folder of a checkout, or where a
// package puts them.
#pragma once

#include <string>

namespace wangdi::app {

// The folder with admin/, names/ and pinyin/; empty when it is not there.
std::string shipped_data_folder();

}  // namespace wangdi::app
